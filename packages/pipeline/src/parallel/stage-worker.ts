// The program of a thread that does the work of a stage: see `inWorkers`.
import type { StageContext } from '../contract/stage.ts'
import { SluiceError } from '../errors.ts'
import { kindIn } from '../registry/modules.ts'
import { serve } from '../threads/serve.ts'
import type { StageAnswer, StageAsk, StageStart } from './messages.ts'
import { memoryOf, receivedBatch, sendBatch } from './sent-batch.ts'
import { workOf } from './work.ts'

await serve(async ({ module, config, seed, ...start }: StageStart, tell) => {
  const { signal } = new AbortController()
  const emit: StageContext['emit'] = event => tell(event)
  const kind = await kindIn(module, start)
  const stage = await kind.build(config, { ...start.context, signal, emit })
  const work = workOf(stage)
  const whenConsumed = async () => {
    throw new SluiceError('no frame of its own can be waited for in a worker', { stage: stage.id })
  }
  await work.open?.({ seed, signal, emit, whenConsumed })
  let joined = false

  return async ({ batch: sent, note }: StageAsk) => {
    const batch = receivedBatch(sent)
    const room = memoryOf(sent)
    // Some stages learn from it what their rows are like.
    if (!joined) stage.schema(batch.schema)
    joined = true
    const worked = await work.apply(batch, note)
    // Copied, for they may be views of one another's memory and of the room.
    const batches = worked.batches?.map(batch => sendBatch(batch))
    const answer: StageAnswer = {
      room,
      ...(batches ? { batches } : {}),
      ...(worked.note === undefined ? {} : { note: worked.note }),
    }
    return { answer, handOver: [room, ...(batches?.map(memoryOf) ?? [])] }
  }
})
