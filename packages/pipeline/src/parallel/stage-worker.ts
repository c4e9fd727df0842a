// The program of a thread that does the work of a stage: see `inWorkers`.
import type { StageContext } from '../contract/stage.ts'
import { SluiceError } from '../errors.ts'
import { decodeFrame } from '../ipc/decode-frame.ts'
import { encodeFrame } from '../ipc/encode-frame.ts'
import { kindIn } from '../registry/modules.ts'
import { serve } from '../threads/serve.ts'
import type { StageAnswer, StageAsk, StageStart } from './messages.ts'
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

  return async ({ frame, note }: StageAsk) => {
    const { batch, cursor, seq } = decodeFrame(frame)
    // Some stages learn from it what their rows are like.
    if (!joined) stage.schema(batch.schema)
    joined = true
    const worked = await work.apply(batch, note)
    const frames = worked.batches?.map(batch => encodeFrame({ batch, cursor, seq }))
    const answer: StageAnswer = {
      room: frame.buffer,
      ...(frames ? { frames } : {}),
      ...(worked.note === undefined ? {} : { note: worked.note }),
    }
    return { answer, handOver: [frame.buffer, ...(frames?.map(({ buffer }) => buffer) ?? [])] }
  }
})
