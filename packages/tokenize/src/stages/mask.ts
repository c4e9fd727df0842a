import {
  ConfigError,
  type Frame,
  inWorkers,
  type Json,
  randomStream,
  SchemaError,
  type Stage,
  type StageContext,
  type StageKind,
  type Workers,
} from '@sluice/pipeline'
import { DataType, type FixedSizeList, type RecordBatch } from 'apache-arrow'
import { defer, map } from 'rxjs'
import { z } from 'zod'
import { columnOf } from '../columns/column.ts'
import { receivedTokenizer, sentTokenizer, sentTokenizerConfig } from '../parallel/sent-tokenizer.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { ignoredLabel, labelledSchema, withLabels } from './labels.ts'

export interface MaskOptions {
  tokenizer: Tokenizer
  /** Share of tokens to predict. Default 0.15. */
  share?: number
  /** Of these: the share that becomes the mask token (default 0.8), and that becomes a random token (default 0.1). */
  maskShare?: number
  randomShare?: number
  /** All pieces of a word are predicted together, or none: for WordPiece. Default false. */
  wholeWords?: boolean
  /** Default: `[MASK]`, or else `<mask>`, of the tokenizer. */
  maskToken?: number
  /** Threads that mask beside the run's own; what comes out is the same. Default 0. */
  workers?: Workers
  /** Default `mask`; the stage's random numbers hang on it. */
  id?: string
}

/**
 * BERT's masked tokens (Devlin et al. 2019, 3.1): of each row about `share` of the tokens are chosen, special ones never; of these
 * 80 % become `[MASK]`, 10 % a random token, 10 % stay. A pure function of (seed, stage id, number of the row in the stream, place),
 * so every epoch masks anew, and a resumed run as if it had not stopped.
 */
export function mask(options: MaskOptions): Stage {
  const { tokenizer, share = 0.15, maskShare = 0.8, randomShare = 0.1, wholeWords = false, id = 'mask' } = options
  const maskToken = options.maskToken ?? tokenizer.special?.get('[MASK]') ?? tokenizer.special?.get('<mask>')
  if (maskToken === undefined) {
    throw new ConfigError('the tokenizer has no mask token', {
      stage: id,
      advice: 'train one with [MASK], or give maskToken',
    })
  }
  if (!(share > 0 && share < 1)) throw new ConfigError(`share must be between 0 and 1, found ${share}`, { stage: id })
  const ordinary = ordinaryIds(tokenizer)
  const settings = { share, maskShare, randomShare, wholeWords, maskToken, id }
  let maskRows = masker(settings, ordinary, undefined)
  let first = 0
  const open = (context: StageContext, position: Json | undefined): void => {
    maskRows = masker(settings, ordinary, context)
    first = Number((position as { rows?: number } | undefined)?.rows ?? 0)
  }
  const masked = (frame: Frame, batch: RecordBatch, rows: number): Frame => {
    return { ...frame, batch, cursor: { ...frame.cursor, [id]: { rows } } }
  }
  const stage: Stage = {
    id,
    parallel: 'stateless',
    schema(input) {
      if (!input.fields.some(field => field.name === 'ids' && DataType.isFixedSizeList(field.type))) {
        throw new SchemaError('needs blocks: ids in lists of one length', { stage: id })
      }
      return labelledSchema(input)
    },
    async open(context, position) {
      open(context, position)
    },
    apply: source =>
      defer(() => {
        let rows = first
        return source.pipe(
          map(frame => {
            const batch = maskRows(frame.batch, rows)
            rows += batch.numRows
            return masked(frame, batch, rows)
          }),
        )
      }),
    divided: {
      work: {
        open: async context => open(context, undefined),
        apply: (batch, row) => ({ batches: [maskRows(batch, Number(row))], note: Number(row) + batch.numRows }),
      },
      books: {
        open: async (context, position) => open(context, position),
        before({ batch }) {
          first += batch.numRows
          return first - batch.numRows
        },
        after: (frame, { batches, note }) => masked(frame, batches![0]!, Number(note)),
      },
    },
  }
  if (options.workers === undefined || options.workers === 0) return stage
  return inWorkers(maskKind, { ...sentTokenizer(tokenizer), settings }, { id, workers: options.workers, stage })
}

const maskConfig = sentTokenizerConfig.extend({ settings: z.custom<Omit<MaskOptions, 'tokenizer' | 'workers'>>() })

/** How workers make the stage. */
export const maskKind: StageKind<z.infer<typeof maskConfig>> = {
  kind: 'stage',
  use: 'mask',
  summary: 'Masked tokens',
  config: maskConfig,
  parallel: 'stateless',
  module: import.meta.url,
  build: async ({ settings, ...sent }) => mask({ ...settings, tokenizer: await receivedTokenizer(sent) }),
}

function masker(
  { share, maskShare, randomShare, wholeWords, maskToken, id }: Required<Omit<MaskOptions, 'tokenizer' | 'workers'>>,
  ordinary: ReturnType<typeof ordinaryIds>,
  context: StageContext | undefined,
): (batch: RecordBatch, row: number) => RecordBatch {
  const streamOf = (what: string) => randomStream(context?.seed ?? 0, `${id}/${what}`)
  const [choose, change, draw] = [streamOf('choose'), streamOf('change'), streamOf('draw')]
  return (batch, row) => {
    const column = columnOf(batch, 'ids')
    const { listSize } = column.type as FixedSizeList
    const ids = (column.children[0]!.values as Int32Array).slice(0, batch.numRows * listSize)
    const labels = new Int32Array(ids.length).fill(ignoredLabel)
    const first = row * listSize
    for (let i = 0, head = 0; i < labels.length; i++) {
      const token = ids[i]!
      if (!wholeWords || i % listSize === 0 || !ordinary.continues[token]) head = i
      if (!ordinary.is[token] || choose.uniform(first + head) >= share) continue
      labels[i] = token
      const how = change.uniform(first + i)
      if (how < maskShare) ids[i] = maskToken
      else if (how < maskShare + randomShare) ids[i] = ordinary.list[draw.below(first + i, ordinary.list.length)]!
    }
    return withLabels(batch, labels, ids)
  }
}

/** Which ids are no special tokens, and which of them continue a word. */
function ordinaryIds(tokenizer: Tokenizer) {
  const special = new Set(tokenizer.special?.values() ?? [tokenizer.endOfText])
  const is = new Uint8Array(tokenizer.vocabSize)
  const continues = new Uint8Array(tokenizer.vocabSize)
  const list: number[] = []
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    if (special.has(id)) continue
    is[id] = 1
    list.push(id)
    if (tokenizer.kind === 'wordpiece' && tokenizer.token(id).startsWith('##')) continues[id] = 1
  }
  return { is, continues, list }
}
