import type { JsonObject } from '../json/shape.ts'
import { tellEndOfText } from '../json/special.ts'
import { encodeString } from '../special.ts'
import type { Ids } from '../tables/ids.ts'
import type { StreamDecoder, Tokenizer } from '../tokenizer.ts'

/** What is used of `@huggingface/tokenizers`. */
export interface HuggingFaceTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[] }
  decode(ids: number[], options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean }): string
  id_to_token(id: number): string | undefined
  get_vocab(withAdded?: boolean): Map<string, number>
}

interface ForeignOptions {
  json: JsonObject
  special: ReadonlyMap<string, number>
  endOfText: number
}

/** A tokenizer that another package runs, as one of ours. Special tokens never come from plain text here either. */
export function foreignTokenizer(theirs: HuggingFaceTokenizer, options: ForeignOptions): Tokenizer {
  const { json, special, endOfText } = options
  const ids = [...theirs.get_vocab(true).values(), ...special.values()]
  const vocabSize = ids.reduce((most, id) => Math.max(most, id), -1) + 1
  const known = (id: number) => theirs.id_to_token(id) !== undefined
  const unknown = unknownId(json, theirs) ?? endOfText
  // They leave out the id of what a WordLevel vocabulary lacks.
  const encodePlain = (text: string): number[] =>
    apart(text, special).flatMap(part =>
      theirs.encode(part, { add_special_tokens: false }).ids.map(id => id ?? unknown),
    )
  const encodeUtf8 = (bytes: Uint8Array, at: number, end: number, out: Ids): void => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('utf8')
    out.append(Int32Array.from(encodePlain(text)))
  }
  const decode = (given: readonly number[]): string => {
    let text = ''
    // Ids that no token has become U+FFFD, those between them are decoded together.
    for (let from = 0; from < given.length; ) {
      let to = from
      while (to < given.length && known(given[to]!)) to++
      const run = given.slice(from, to)
      if (run.length > 0) {
        text += theirs.decode(run, { skip_special_tokens: false, clean_up_tokenization_spaces: false })
      }
      if (to < given.length) text += '\ufffd'
      from = to + 1
    }
    return text
  }
  const tokenBytes = (id: number): Uint8Array => {
    const token = theirs.id_to_token(id)
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token ?? '')
    if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16))
    return Buffer.from(token === undefined ? '\ufffd' : token.replaceAll('▁', ' '), 'utf8')
  }
  return {
    kind: String((json.model as JsonObject).type).toLowerCase(),
    vocabSize,
    endOfText,
    special,
    encode: encodeString(encodeUtf8, special, text => Buffer.from(text, 'utf8')),
    encodeUtf8,
    decode: given => decode(Array.from(given)),
    decoder: () => streamDecoder(decode),
    token: id => theirs.id_to_token(id) ?? '\ufffd',
    tokenBytes,
    toJSON: () => tellEndOfText(json, special, endOfText),
  }
}

/** Of the token for what the vocabulary lacks. */
function unknownId({ model }: JsonObject, theirs: HuggingFaceTokenizer): number | undefined {
  const { unk_id, unk_token } = model as JsonObject
  if (typeof unk_id === 'number') return unk_id
  return typeof unk_token === 'string' ? theirs.get_vocab(true).get(unk_token) : undefined
}

/** The text cut within each spelling of a special token, so that none of the parts holds one. */
function apart(text: string, special: ReadonlyMap<string, number>): string[] {
  const cuts: number[] = []
  for (const spelling of special.keys()) {
    for (let at = text.indexOf(spelling); at >= 0; at = text.indexOf(spelling, at + 1)) {
      cuts.push(at + Math.max(1, spelling.length >> 1))
    }
  }
  const places = [0, ...cuts.sort((a, b) => a - b), text.length]
  return places.slice(1).map((end, i) => text.slice(places[i]!, end))
}

/** Decodes the last few ids together, and gives out what they add once it ends with a whole character. */
function streamDecoder(decode: (ids: readonly number[]) => string): StreamDecoder {
  let ids: number[] = []
  let before = 0
  const added = (): string => decode(ids).slice(decode(ids.slice(0, before)).length)
  return {
    push(id) {
      ids.push(id)
      const text = added()
      // Part of a character so far; four bytes are the most that one has.
      if (text.endsWith('\ufffd') && ids.length - before < 4) return ''
      ids = ids.slice(before)
      before = ids.length
      return text
    },
    end: () => (before < ids.length ? added() : ''),
  }
}
