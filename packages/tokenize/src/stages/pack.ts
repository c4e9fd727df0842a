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
import type { Tokenizer } from '../tokenizer.ts'
import { gather } from './gather.ts'
import { packer, weigher } from './packer.ts'
import { type GatherEntry, readEntry } from './replay.ts'

export interface PackOptions {
  /** T, the model's context length: rows are T + 1 wide. */
  blockSize: number
  /** Put after each document's last part. Default: the tokenizer's. */
  endOfText?: number
  /** Makes `bytes` of the spans exact; without it a document's bytes are shared out evenly among its tokens. */
  tokenizer?: Tokenizer
  /** Default `pack`. */
  id?: string
}

/**
 * Tokens to blocks: documents end to end, an end-of-text token after each, cut every T tokens into rows of T + 1, so that the
 * last id of a row, its last target, is the first id of the next. Nothing is padded; what does not fill a last row is dropped
 * and reported. An end-of-text token belongs to the document it ends and stands for no bytes. The `bytes` of a row's spans
 * leave out its first id, which the row before has counted; so over all rows they sum to the bytes of the text.
 *
 * @throws DataError, at the end of the input, when it did not fill a single row
 */
export function pack(options: PackOptions): Stage<Tokens, Blocks> {
  const { blockSize, tokenizer, id = 'pack' } = options
  const endOfText = options.endOfText ?? tokenizer?.endOfText
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new ConfigError(`blockSize must be a whole number above 0, found ${blockSize}`, { stage: id })
  }
  if (endOfText === undefined) throw new ConfigError('needs endOfText, or a tokenizer that knows it', { stage: id })
  const schema = blocksSchema(blockSize + 1)
  const weigh = weigher(tokenizer)
  let context: StageContext | undefined
  let from: GatherEntry | undefined
  return {
    id,
    // Ids and bytes of what waits for the next row.
    window: (blockSize + 1) * 8,
    schema(input) {
      requireFields(id, input, tokensSchema)
      return schema
    },
    async open(given, position) {
      context = given
      from = readEntry(id, position, ['rows'])
    },
    apply: gather({
      id,
      opened: () => ({ context, from }),
      start: (use, opened) => packer({ id, blockSize, endOfText, weigh, use, ...opened }),
    }),
  }
}
