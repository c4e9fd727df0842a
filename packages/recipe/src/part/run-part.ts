import {
  ConfigError,
  FrameWriter,
  nearest,
  type RunEvent,
  type RunResult,
  run,
  type Sink,
  type Source,
  type Stage,
} from '@sluice/pipeline'
import type { Tokenizer } from '@sluice/tokenize'
import { type Observable, Subject } from 'rxjs'
import { batchChain } from '../batches.ts'
import { dataBudget, mixesTokens } from '../budget.ts'
import { checkRecipe } from '../check-recipe.ts'
import { openCorpus } from '../corpus.ts'
import type { LoadedRecipe } from '../load-recipe.ts'
import { makeTokenizer } from '../tokenizer.ts'
import { framesIn } from './frames-in.ts'

export interface PartOptions extends LoadedRecipe {
  /** Id of the first stage that runs; its input is read as an Arrow IPC stream. Left out: the recipe's sources are read. */
  readonly from?: string | undefined
  /** Id of the last one. Left out: up to the batches. */
  readonly to?: string | undefined
  readonly input: AsyncIterable<Uint8Array>
  /** Takes the Arrow IPC stream; resolves once there is room for more. */
  write(bytes: Uint8Array): Promise<void>
  /** `tokenizer.json` of a run. Left out: the recipe's, which may have to learn first. */
  readonly tokenizer?: Tokenizer | undefined
  readonly scratchDir: string
  readonly signal?: AbortSignal
}

export interface Part {
  readonly events$: Observable<RunEvent>
  readonly done: Promise<RunResult>
}

/**
 * Runs some of a recipe's stages, with Arrow IPC streams as their two ends: so that another engine, in whatever language, may do what is
 * before, between or after them. Cursor and seq of each frame are metadata of its record batch.
 *
 * @throws ConfigError for a stage that the recipe has not
 */
export function runPart(options: PartOptions): Part {
  const events = new Subject<RunEvent>()
  const done = Promise.resolve()
    .then(async () => {
      const { seqOf, ...part } = await partOf(options, event => events.next(event))
      const sink = streamSink(options.write, seqOf)
      const { signal } = options
      const running = run({ ...part, sink, ...(signal ? { signal } : {}) })
      running.events$.subscribe(event => events.next(event))
      return running.done
    })
    .finally(() => events.complete())
  return { events$: events.asObservable(), done }
}

async function partOf(options: PartOptions, emit: (event: RunEvent) => void) {
  const { from, to, registry, baseDir, scratchDir } = options
  const recipe = checkRecipe(options)
  const { seed } = recipe
  const signal = options.signal ?? new AbortController().signal
  const corpus = openCorpus(recipe, registry, { baseDir, seed, scratchDir, signal, emit })
  // Whether batches are masked is the model's business: here it is asked for by name.
  const predicts = from === 'mask' || to === 'mask' ? 'masked' : 'next'
  // Without a number of epochs: once, for whoever reads a stream waits for its end.
  const once = recipe.mix.epochs === undefined
  const chainWith = (tokenizer: Tokenizer) =>
    batchChain({ recipe, corpus, tokenizer, predicts, main: true, saved: undefined, cached: undefined, once })
  // Tokens are mixed after each source has been refined and tokenized by itself: the source of the chain is the mix then.
  const mixed = mixesTokens(recipe)
  const before: readonly Stage[] = mixed ? [] : corpus.part('training', true)
  const after = afterDocuments(recipe.data.shuffle > 0, predicts === 'masked')
  const names = [...before.map(({ id }) => id), ...(mixed ? after.slice(1) : after)]
  const first = from === undefined ? 0 : placeOf(from, names)
  const last = to === undefined ? names.length - 1 : placeOf(to, names)
  if (last < first) throw new ConfigError(`"${to}" comes before "${from}": the stages are ${names.join(', ')}`)
  const needsTokenizer = last >= before.length
  const tokenizer = needsTokenizer
    ? (options.tokenizer ?? (await makeTokenizer({ recipe, registry, corpus, baseDir, signal, emit })))
    : undefined
  const chain = tokenizer && chainWith(tokenizer)
  const stages = (chain?.stages ?? before).slice(first, last + 1)
  const given = from === undefined ? undefined : await framesIn(options.input, 'stdin')
  const source: Source = given?.source ?? (mixed ? chain!.source : once ? corpus.once() : corpus.repeated())
  const seqOf = given?.seqOf ?? ((own: number) => own)
  return { source, stages, seqOf, seed, ...dataBudget(recipe) }
}

const afterDocuments = (shuffles: boolean, masks: boolean) => [
  'tokenize',
  'pack',
  ...(shuffles ? ['shuffle'] : []),
  ...(masks ? ['mask'] : []),
  'batch',
]

function placeOf(name: string, names: readonly string[]): number {
  const place = names.indexOf(name)
  if (place >= 0) return place
  const near = nearest(name, names)
  throw new ConfigError(`the recipe has no stage "${name}"`, {
    advice: near === undefined ? `its stages: ${names.join(', ')}` : `did you mean "${near}"?`,
  })
}

/** Writes frames as one Arrow IPC stream. One of a run that was stopped or failed has no end mark. */
function streamSink(write: PartOptions['write'], seqOf: (own: number) => number): Sink {
  let writer: FrameWriter | undefined
  return {
    id: 'stdout',
    accept(schema) {
      writer = new FrameWriter(schema)
    },
    async consume(frame) {
      for (const piece of writer!.pieces({ ...frame, seq: seqOf(frame.seq) })) await write(piece)
    },
    async close(outcome) {
      if (outcome !== 'finished') return
      for (const piece of writer!.end()) await write(piece)
    },
  }
}
