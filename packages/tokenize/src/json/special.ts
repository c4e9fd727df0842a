import { DataError, type Json } from '@sluice/pipeline'
import { endOfTextToken } from '../tokenizer.ts'
import { isId, isObject, type JsonObject } from './shape.ts'
import { unsupported } from './unsupported.ts'

/** Spelling to id of the special tokens. @throws DataError for added tokens that are found in plain text */
export function readSpecial(json: JsonObject): Map<string, number> {
  const added = json.added_tokens ?? []
  if (!Array.isArray(added)) throw new DataError('expected a list', { place: 'added_tokens' })
  const special = new Map<string, number>()
  added.forEach((entry, i) => {
    const place = `added_tokens[${i}]`
    if (!isObject(entry) || typeof entry.content !== 'string' || entry.content === '' || !isId(entry.id)) {
      throw new DataError('expected an object with content and id', { place })
    }
    if (entry.special !== true) {
      const message = `${JSON.stringify(entry.content)} is not special: added tokens that are cut from plain text are not supported`
      throw unsupported(message, { place })
    }
    special.set(entry.content, entry.id)
  })
  return special
}

/** What tokenizers in the field call the token that ends a text. */
const names = [endOfTextToken, '<|end_of_text|>', '</s>', '<eos>', '<|im_end|>', '[SEP]']

/** Set in the added token that ends a text, where no name tells that. Hugging Face's readers pass over keys that they do not know. */
const mark = 'end_of_text'

/** @throws DataError where none of the special tokens is known to end a text */
export function endOfTextId(json: JsonObject, special: ReadonlyMap<string, number>, wanted?: string): number {
  const name = wanted ?? markedIn(json) ?? namedIn(special)
  const id = name === undefined ? undefined : special.get(name)
  if (id !== undefined) return id
  const known = [...special.keys()].join(', ') || 'none'
  const message = name === undefined ? 'no special token is known to end a text' : `no special token is "${name}"`
  throw new DataError(`${message}, there are: ${known}`, {
    advice: 'name the one that does: endOfText, on the command line --end-of-text',
  })
}

/** A tokenizer.json in which `endOfTextId` finds `endOfText` again. */
export function tellEndOfText(json: JsonObject, special: ReadonlyMap<string, number>, endOfText: number): Json {
  const name = namedIn(special)
  const told = name !== undefined && special.get(name) === endOfText
  const added = addedIn(json).map(({ [mark]: _, ...entry }) =>
    !told && entry.id === endOfText ? { ...entry, [mark]: true } : entry,
  )
  return { ...json, added_tokens: added } as Json
}

function namedIn(special: ReadonlyMap<string, number>): string | undefined {
  return names.find(candidate => special.has(candidate))
}

function markedIn(json: JsonObject): string | undefined {
  const marked = addedIn(json).find(entry => entry[mark] === true)
  return marked === undefined ? undefined : String(marked.content)
}

function addedIn({ added_tokens: added }: JsonObject): JsonObject[] {
  return (added ?? []) as JsonObject[]
}
