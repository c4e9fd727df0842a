import { DataError } from '@sluice/pipeline'
import { type JsonObject, kindOf, objectAt, single, vocabAt } from '../json/shape.ts'
import { unspell } from './byte-level.ts'
import { type BpeModel, type Merge, rankMerges } from './model.ts'

/**
 * The model of a byte-level BPE's tokenizer.json.
 *
 * @throws DataError for what would cut or merge in another way than `bpeEncoder` does, and for what cannot be
 */
export function readBpe(json: JsonObject, special: ReadonlyMap<string, number>): BpeModel {
  const model = objectAt(json, 'model')
  refuseOthers(json, model)
  const vocab = new Map(vocabAt(model))
  const bytes: Uint8Array[] = []
  for (const [token, id] of vocab) {
    if (special.has(token)) continue
    const spelt = unspell(token)
    if (!spelt) throw new DataError(`token ${JSON.stringify(token)} is not spelt in bytes`, { place: 'model.vocab' })
    bytes[id] = spelt
  }
  for (const [token, id] of special) bytes[id] = new TextEncoder().encode(token)
  // An id between others that no token has stands for nothing.
  for (let id = 0; id < bytes.length; id++) bytes[id] ??= new Uint8Array(0)
  const byteIds = new Int32Array(256).fill(-1)
  for (const [token, id] of vocab) if (!special.has(token) && bytes[id]!.length === 1) byteIds[bytes[id]![0]!] = id
  requireBytes(byteIds)
  return { bytes, byteIds, special, ...rankMerges(readMerges(model, vocab)) }
}

function readMerges(model: JsonObject, vocab: ReadonlyMap<string, number>): Merge[] {
  const { merges } = model
  if (!Array.isArray(merges)) throw new DataError(`expected a list, found ${kindOf(merges)}`, { place: 'model.merges' })
  return merges.map((merge: unknown, i) => {
    // Up to tokenizers 0.19 "a b", since then ["a", "b"].
    const parts = typeof merge === 'string' ? merge.split(' ') : merge
    if (!Array.isArray(parts) || parts.length !== 2 || parts.some(part => typeof part !== 'string')) {
      throw new DataError(`expected two tokens, found ${JSON.stringify(merge)}`, { place: `model.merges[${i}]` })
    }
    const [a, b] = parts as [string, string]
    const idOf = (token: string): number => {
      const id = vocab.get(token)
      if (id !== undefined) return id
      throw new DataError(`${JSON.stringify(token)} is not in the vocabulary`, { place: `model.merges[${i}]` })
    }
    return { left: idOf(a), right: idOf(b), id: idOf(a + b) }
  })
}

function refuseOthers(json: JsonObject, model: JsonObject): void {
  const refuse = (place: string, expected: string, found: unknown) => {
    const message = `expected ${expected}, found ${JSON.stringify(found)}`
    throw new DataError(message, { place, advice: 'only byte-level BPE as in GPT-2 is read' })
  }
  const before = single(json.pre_tokenizer, 'pretokenizers')
  if (before?.type !== 'ByteLevel') refuse('pre_tokenizer.type', '"ByteLevel"', before?.type ?? null)
  if (before?.add_prefix_space !== false) refuse('pre_tokenizer.add_prefix_space', 'false', before?.add_prefix_space)
  if (before?.use_regex === false) refuse('pre_tokenizer.use_regex', 'true', false)
  if ((json.normalizer ?? null) !== null) refuse('normalizer', 'null', (json.normalizer as JsonObject).type)
  for (const key of ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    const value = model[key] ?? null
    // An unknown token is never met where every byte has an id.
    if (value !== null && value !== '' && key !== 'unk_token') refuse(`model.${key}`, 'null', value)
  }
  for (const key of ['byte_fallback', 'ignore_merges']) {
    if (model[key] === true) refuse(`model.${key}`, 'false', true)
  }
}

/** Every byte that UTF-8 can hold must have a token of its own: then no text is unknown. */
function requireBytes(byteIds: Int32Array): void {
  for (let byte = 0; byte < 0xf5; byte++) {
    if (byteIds[byte]! >= 0 || byte === 0xc0 || byte === 0xc1) continue
    throw new DataError(`the byte 0x${byte.toString(16).padStart(2, '0')} has no token`, { place: 'model.vocab' })
  }
}
