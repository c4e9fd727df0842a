import { DataError } from '@sluice/pipeline'
import { isObject, type JsonObject, objectAt, single, vocabAt } from '../json/shape.ts'
import { unsupported } from '../json/unsupported.ts'
import { characterCut, wordCut } from './cuts.ts'
import type { LevelModel } from './tokenizer.ts'

/** The model of a tokenizer.json that `trainCharacters` or `trainWords` wrote. @throws DataError for any other */
export function readLevel(json: JsonObject, special: ReadonlyMap<string, number>, endOfText: number): LevelModel {
  const model = objectAt(json, 'model')
  const before = single(json.pre_tokenizer, 'pretokenizers')
  const pattern = isObject(before?.pattern) ? before.pattern.Regex : undefined
  const cut = [characterCut, wordCut].find(known => known.pattern === pattern)
  if (before?.type !== 'Split' || before.behavior !== 'Isolated' || before.invert === true || !cut) {
    throw unsupported(
      'a WordLevel model is read only behind the Split pre-tokenizers that trainCharacters and trainWords write',
      {
        place: 'pre_tokenizer',
      },
    )
  }
  const unknown = model.unk_token
  if (typeof unknown !== 'string' || !special.has(unknown)) {
    throw new DataError(`expected a special token, found ${JSON.stringify(unknown)}`, { place: 'model.unk_token' })
  }
  const tokens: (string | undefined)[] = []
  for (const [token, id] of [...vocabAt(model), ...special]) tokens[id] = token
  return { cut, tokens: Array.from(tokens), special, unknown, endOfText }
}
