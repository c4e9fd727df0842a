import { encodeWithOffsets, type Tokenizer } from '@sluice/tokenize'
import { clipped } from '../show/visible.ts'
import type { Cut, CutToken } from './results.ts'
import { tokenOf } from './text.ts'

const mostBytes = 64

interface CutOptions {
  readonly name: string
  readonly text: string
  readonly limit: number
}

/** A text, cut by a tokenizer. */
export function cutBy(tokenizer: Tokenizer, { name, text, limit }: CutOptions): Cut {
  const { ids, offsets } = tokenizer.encodeUtf8Spans
    ? encodeWithOffsets(tokenizer, text)
    : { ids: tokenizer.encode(text), offsets: undefined }
  const tokens = Array.from(ids.subarray(0, limit), (id, i): CutToken => {
    const place = offsets ? { start: offsets[2 * i]!, end: offsets[2 * i + 1]! } : {}
    return { ...tokenOf(tokenizer, id), bytes: [...tokenizer.tokenBytes(id).subarray(0, mostBytes)], ...place }
  })
  return { tokenizer: name, vocabSize: tokenizer.vocabSize, tokens, ...totals(text, ids.length) }
}

/** Ways to cut a text that need no training. */
export const plainCuts: Readonly<Record<string, RegExp | undefined>> = {
  bytes: undefined,
  characters: /[\s\S]/gu,
  words: /[\p{L}\p{M}\p{N}_]+|\p{White_Space}+|[^\p{L}\p{M}\p{N}_\p{White_Space}]/gu,
}

/** A text, cut in one of these ways. */
export function cutPlainly({ name, text, limit }: CutOptions): Cut {
  const pattern = plainCuts[name]
  if (pattern) {
    const tokens: CutToken[] = []
    let total = 0
    for (const { 0: piece, index } of text.matchAll(pattern)) {
      if (total++ >= limit) continue
      const bytes = [...Buffer.from(piece.slice(0, mostBytes), 'utf8').subarray(0, mostBytes)]
      tokens.push({ id: -1, text: clipped(piece), bytes, start: index, end: index + piece.length })
    }
    return { tokenizer: name, tokens, ...totals(text, total) }
  }
  const bytes = Buffer.from(text, 'utf8')
  const tokens = Array.from(bytes.subarray(0, limit), (byte): CutToken => {
    const text = byte < 0x80 ? String.fromCharCode(byte) : `<${byte.toString(16)}>`
    return { id: -1, text, bytes: [byte] }
  })
  return { tokenizer: name, vocabSize: 256, tokens, ...totals(text, bytes.length) }
}

function totals(text: string, total: number) {
  const bytes = Buffer.byteLength(text, 'utf8')
  return { total, bytes, bytesPerToken: bytes / Math.max(1, total) }
}
