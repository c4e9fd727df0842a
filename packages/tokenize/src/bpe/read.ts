import { DataError, type Json } from '@sluice/pipeline'
import { isObject, type JsonObject, kindOf, objectAt, single, vocabAt } from '../json/shape.ts'
import { unsupported } from '../json/unsupported.ts'
import { unspell } from './byte-level.ts'
import { type BpeCut, bpeCuts } from './cuts.ts'
import { type BpeModel, type Merge, rankMerges } from './model.ts'

/**
 * The model of a byte-level BPE's tokenizer.json.
 *
 * @throws DataError for what would cut or merge in another way than `bpeEncoder` does, and for what cannot be
 */
export function readBpe(json: JsonObject, special: ReadonlyMap<string, number>): BpeModel {
  const model = objectAt(json, 'model')
  refuseOthers(json, model)
  const cut = readCut(json)
  const vocab = new Map(vocabAt(model))
  const bytes: Uint8Array[] = []
  for (const [token, id] of vocab) {
    if (special.has(token)) continue
    const spelt = unspell(token)
    if (!spelt) throw unsupported(`token ${JSON.stringify(token)} is not spelt in bytes`, { place: 'model.vocab' })
    bytes[id] = spelt
  }
  for (const [token, id] of special) bytes[id] = new TextEncoder().encode(token)
  // An id between others that no token has stands for nothing.
  for (let id = 0; id < bytes.length; id++) bytes[id] ??= new Uint8Array(0)
  const byteIds = new Int32Array(256).fill(-1)
  for (const [token, id] of vocab) if (!special.has(token) && bytes[id]!.length === 1) byteIds[bytes[id]![0]!] = id
  requireBytes(byteIds)
  return {
    bytes,
    byteIds,
    special,
    cut,
    ignoreMerges: model.ignore_merges === true,
    postProcessor: (json.post_processor ?? null) as Json,
    ...rankMerges(readMerges(model, vocab)),
  }
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
  if ((json.normalizer ?? null) !== null) refuse('normalizer', 'null', (json.normalizer as JsonObject).type)
  for (const key of ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    const value = model[key] ?? null
    // An unknown token is never met where every byte has an id.
    if (value !== null && value !== '' && key !== 'unk_token') refuse(`model.${key}`, 'null', value)
  }
  if (model.byte_fallback === true) refuse('model.byte_fallback', 'false', true)
}

function refuse(place: string, expected: string, found: unknown): never {
  const message = `expected ${expected}, found ${JSON.stringify(found)}`
  throw unsupported(message, { place, advice: 'only byte-level BPE as in GPT-2, GPT-4 and Llama 3 is read' })
}

/** GPT-2's pre-tokenizer is ByteLevel alone; others split by an expression before it. */
function readCut(json: JsonObject): BpeCut {
  const before = single(json.pre_tokenizer, 'pretokenizers')
  const members = before?.type === 'Sequence' && Array.isArray(before.pretokenizers) ? before.pretokenizers : [before]
  const [split, byteLevel] = members.length === 2 ? members : [undefined, ...members]
  if (byteLevel?.type !== 'ByteLevel') refuse('pre_tokenizer.type', '"ByteLevel"', byteLevel?.type ?? null)
  if (byteLevel.add_prefix_space !== false) {
    refuse('pre_tokenizer.add_prefix_space', 'false', byteLevel.add_prefix_space)
  }
  if (!split) {
    if (byteLevel.use_regex === false) refuse('pre_tokenizer.use_regex', 'true', false)
    return bpeCuts.gpt2
  }
  if (byteLevel.use_regex !== false) refuse('pre_tokenizer.use_regex', 'false after a Split', byteLevel.use_regex)
  const pattern = split.type === 'Split' && isObject(split.pattern) ? split.pattern.Regex : undefined
  const cut = Object.values(bpeCuts).find(known => known.pattern === pattern)
  const isolated = split.behavior === 'Isolated' && split.invert !== true
  // The matches of these expressions are the whole text: to remove what does not match is the same.
  const inverted = split.behavior === 'Removed' && split.invert === true
  if (!cut || !(isolated || inverted))
    refuse('pre_tokenizer', 'the expression of GPT-2, GPT-4 or Qwen 2', pattern ?? split)
  return cut
}

/** Every byte that UTF-8 can hold must have a token of its own: then no text is unknown. */
function requireBytes(byteIds: Int32Array): void {
  for (let byte = 0; byte < 0xf5; byte++) {
    if (byteIds[byte]! >= 0 || byte === 0xc0 || byte === 0xc1) continue
    throw new DataError(`the byte 0x${byte.toString(16).padStart(2, '0')} has no token`, { place: 'model.vocab' })
  }
}
