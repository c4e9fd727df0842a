import { DataError } from '@sluice/pipeline'
import { type BpeCutName, bpeCuts } from '../bpe/cuts.ts'
import { mergeWord } from '../bpe/merge.ts'
import { type Merge, rankMerges } from '../bpe/model.ts'
import { bpeTokenizer } from '../bpe/tokenizer.ts'
import { Ids } from '../tables/ids.ts'
import { Pairs } from '../tables/pairs.ts'
import { endOfTextToken, type Tokenizer } from '../tokenizer.ts'

export interface TiktokenOptions {
  /** How text is cut into words: the file does not say. Default `cl100k`. */
  cut?: BpeCutName
  /** Spelling to id of the special tokens, which the file leaves out. Default `<|endoftext|>`, one above the highest rank. */
  specialTokens?: Readonly<Record<string, number>>
  /** The one that ends a document. Default: the first. */
  endOfText?: string
}

/**
 * A byte-level BPE from a tiktoken rank file: a line per token, its bytes in base64 and its rank, which is its id.
 *
 * tiktoken merges the pair that makes the token of lowest rank. Merging a token's own bytes by the ranks below it ends with the
 * two parts that it is made of, wherever it is made; so pairs can be read off, and words are merged as with any other file.
 *
 * @throws DataError for lines of another form, and where a byte has no rank
 */
export function loadTiktoken(ranks: string, options: TiktokenOptions = {}): Tokenizer {
  const bytes = readRanks(ranks)
  const { cut = 'cl100k', specialTokens = { [endOfTextToken]: bytes.length } } = options
  const special = new Map(Object.entries(specialTokens))
  const [endOfText = special.keys().next().value] = [options.endOfText]
  const end = endOfText === undefined ? undefined : special.get(endOfText)
  if (end === undefined)
    throw new DataError(`no special token is "${endOfText}"`, { advice: 'name it in specialTokens' })

  const byteIds = new Int32Array(256).fill(-1)
  bytes.forEach((token, rank) => {
    if (token?.length === 1) byteIds[token[0]!] = rank
  })
  const missing = byteIds.indexOf(-1)
  if (missing >= 0) throw new DataError(`the byte 0x${missing.toString(16).padStart(2, '0')} has no rank`)
  const merges = mergesOf(bytes, byteIds)
  for (const [token, id] of special) bytes[id] = new TextEncoder().encode(token)
  return bpeTokenizer(
    {
      bytes: Array.from(bytes, token => token ?? new Uint8Array(0)),
      byteIds,
      special,
      cut: bpeCuts[cut],
      ignoreMerges: true,
      postProcessor: null,
      ...rankMerges(merges),
    },
    end,
  )
}

function readRanks(ranks: string): (Uint8Array | undefined)[] {
  const bytes: (Uint8Array | undefined)[] = []
  ranks.split('\n').forEach((line, i) => {
    if (line.trim() === '') return
    const [token = '', rank = '', more] = line.trim().split(' ')
    if (more !== undefined || !/^\d+$/.test(rank) || !/^[A-Za-z0-9+/]+=*$/.test(token)) {
      throw new DataError(`expected a token in base64 and a rank, found ${JSON.stringify(line.slice(0, 60))}`, {
        place: `line ${i + 1}`,
      })
    }
    bytes[Number(rank)] = Buffer.from(token, 'base64')
  })
  return bytes
}

function mergesOf(bytes: readonly (Uint8Array | undefined)[], byteIds: Int32Array): Merge[] {
  // Grows with each merge found: what a token is made of has lower ranks.
  const pairs = new Pairs(bytes.length)
  const merged = new Int32Array(bytes.length)
  const table = { byteIds, pairs, merged }
  const parts = new Ids(8)
  const merges: Merge[] = []
  bytes.forEach((token, id) => {
    if (token === undefined || token.length < 2) return
    parts.length = 0
    mergeWord(table, token, 0, token.length, parts)
    // A token of more parts cannot be merged; only a word that it is as a whole becomes it.
    if (parts.length !== 2) return
    const [left, right] = [parts.values[0]!, parts.values[1]!]
    merged[pairs.add(left, right)] = id
    merges.push({ left, right, id })
  })
  return merges
}
