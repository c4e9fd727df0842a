import { DataError } from '@sluice/pipeline'
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

/** @throws DataError where none of the special tokens is known to end a text */
export function endOfTextId(special: ReadonlyMap<string, number>, wanted: string | undefined): number {
  const name = wanted ?? names.find(candidate => special.has(candidate))
  const id = name === undefined ? undefined : special.get(name)
  if (id !== undefined) return id
  const known = [...special.keys()].join(', ') || 'none'
  const message = wanted === undefined ? 'no special token is known to end a text' : `no special token is "${wanted}"`
  throw new DataError(`${message}, there are: ${known}`, {
    advice: 'name the one that does: endOfText, on the command line --end-of-text',
  })
}
