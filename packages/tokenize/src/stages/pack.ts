import {
  type Blocks,
  blocksSchema,
  ConfigError,
  requireFields,
  type Stage,
  type StageContext,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import type { Schema } from 'apache-arrow'
import type { Tokenizer } from '../tokenizer.ts'
import type { Gaps } from './best-fit/fit.ts'
import { bestFitPacker } from './best-fit/packer.ts'
import { gather } from './gather.ts'
import { labelledSchema } from './labels.ts'
import { Ledger } from './ledger.ts'
import { packer } from './packer.ts'
import { type GatherEntry, readEntry } from './replay.ts'
import { weigher } from './token-rows.ts'

/** How documents are kept whole. */
export interface BestFit {
  /** Tokens that are fitted together; 16 bytes each. The more, the fewer documents are split. Default 1,048,576. */
  window?: number
  /**
   * What becomes of the gap at the end of a row that no document fits into. `split`: the beginning of one that goes on in another
   * row. `crop`: the beginning of one whose end is thrown away. `pad`: end-of-text tokens; a column `labels` says, with -100,
   * that they are not to be predicted. Default `split`.
   */
  gaps?: Gaps
}

export interface PackOptions {
  /** T, the model's context length: rows are T + 1 wide. */
  blockSize: number
  /** Put after each document's last part. Default: the tokenizer's. */
  endOfText?: number
  /** Makes `bytes` of the spans exact; without it a document's bytes are shared out evenly among its tokens. */
  tokenizer?: Tokenizer
  /** Documents whole in rows where they fit, by best fit. Default: end to end. */
  bestFit?: BestFit
  /** Default `pack`. */
  id?: string
}

const defaultWindow = 1 << 20

/**
 * Tokens to blocks: documents end to end, an end-of-text token after each, cut every T tokens into rows of T + 1, so that the
 * last id of a row, its last target, is the first id of the next. Nothing is padded; what does not fill a last row is dropped
 * and reported. An end-of-text token belongs to the document it ends and stands for no bytes. The `bytes` of a row's spans
 * leave out its first id, which the row before has counted; so over all rows they sum to the bytes of the text.
 *
 * With `bestFit` rows do not overlap: a row begins with a document wherever it can. A document longer than a row is cut into rows
 * and a rest, which then find their places like any other, so it holds up nobody. When the run ends, a `note` tells for each source
 * how many tokens were packed, split from their document's beginning, cropped and padded.
 *
 * @throws DataError, at the end of the input, when it did not fill a single row
 */
export function pack(options: PackOptions): Stage<Tokens, Blocks> {
  const { blockSize, tokenizer, bestFit, id = 'pack' } = options
  const endOfText = options.endOfText ?? tokenizer?.endOfText
  const { window = defaultWindow, gaps = 'split' } = bestFit ?? {}
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new ConfigError(`blockSize must be a whole number above 0, found ${blockSize}`, { stage: id })
  }
  if (bestFit && !(Number.isInteger(window) && window > blockSize)) {
    throw new ConfigError(`the window must hold at least a row of ${blockSize + 1} tokens, found ${window}`, {
      stage: id,
    })
  }
  if (endOfText === undefined) throw new ConfigError('needs endOfText, or a tokenizer that knows it', { stage: id })
  const blocks = blocksSchema(blockSize + 1)
  const schema = bestFit && gaps === 'pad' ? (labelledSchema(blocks) as Schema<any>) : blocks
  const weigh = weigher(tokenizer)
  let context: StageContext | undefined
  let from: GatherEntry | undefined
  let ledger = new Ledger()
  return {
    id,
    // Ids and bytes of what waits for the next row or window, and the rows a window becomes.
    window: bestFit ? window * 16 : (blockSize + 1) * 8,
    schema(input) {
      requireFields(id, input, tokensSchema)
      return schema
    },
    async open(given, position) {
      context = given
      from = readEntry(id, position, bestFit ? ['rows', 'given', 'window'] : ['rows'])
      ledger = new Ledger(from?.ledger)
    },
    ...gather({
      id,
      opened: () => ({ context, from }),
      start: (use, opened) => {
        ledger = new Ledger(opened.from?.ledger)
        const shared = { id, blockSize, endOfText, weigh, use, ledger, ...opened }
        return bestFit ? bestFitPacker({ ...shared, window, gaps }) : packer(shared)
      },
    }),
    async close() {
      const message = ledger.message()
      if (message === undefined) return
      const sources = Object.fromEntries([...ledger.entries].map(([source, counts]) => [source, { ...counts }]))
      context?.emit({ type: 'note', stage: id, message, values: { sources } })
    },
  }
}
