import { wordCut } from '../level/cuts.ts'
import { Ids } from '../tables/ids.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { characterAt, letter, mark, number } from '../unicode/classes.ts'

/** How a tokenizer does on texts. */
export interface TokenizerScore {
  readonly bytes: number
  readonly tokens: number
  /** The higher, the fewer tokens a text costs. */
  readonly bytesPerToken: number
  /** Tokens that stand for what the vocabulary lacks. */
  readonly unknown: number
  readonly words: number
  /** Tokens a word, on average (fertility): 1 if every word is a token. White space and punctuation marks are not counted. */
  readonly fertility: number
}

/** Encodes the texts and counts. Of a tokenizer that tells no offsets, all tokens count towards the words. */
export async function scoreTokenizer(
  tokenizer: Tokenizer,
  texts: Iterable<string> | AsyncIterable<string>,
): Promise<TokenizerScore> {
  const unknowns = new Set<number>()
  for (const token of ['<|unk|>', '[UNK]', '<unk>']) {
    const id = tokenizer.special?.get(token)
    if (id !== undefined) unknowns.add(id)
  }
  let [bytes, tokens, unknown, words, inWords] = [0, 0, 0, 0, 0]
  for await (const text of texts) {
    const utf8 = Buffer.from(text, 'utf8')
    const ids = new Ids(utf8.length >> 1)
    const spans = new Ids(utf8.length)
    if (tokenizer.encodeUtf8Spans) tokenizer.encodeUtf8Spans(utf8, 0, utf8.length, ids, spans)
    else ids.append(tokenizer.encode(text))
    bytes += utf8.length
    tokens += ids.length
    for (let i = 0; i < ids.length; i++) if (unknowns.has(ids.values[i]!)) unknown++
    if (!tokenizer.encodeUtf8Spans) inWords += ids.length
    let token = 0
    for (let at = 0; at < utf8.length; ) {
      const stop = wordCut.end(utf8, at, utf8.length)
      if (isWord(utf8, at, stop)) {
        words++
        if (spans.length === 0) {
          at = stop
          continue
        }
        // Tokens that reach into the word: a space before it may belong to its first one.
        while (token < ids.length && spans.values[2 * token + 1]! <= at) token++
        for (let t = token; t < ids.length && spans.values[2 * t]! < stop; t++) inWords++
      }
      at = stop
    }
  }
  return {
    bytes,
    tokens,
    bytesPerToken: bytes / Math.max(1, tokens),
    unknown,
    words,
    fertility: inWords / Math.max(1, words),
  }
}

function isWord(bytes: Uint8Array, at: number, end: number): boolean {
  const kind = characterAt(bytes, at, end) & 7
  return kind === letter || kind === number || kind === mark
}
