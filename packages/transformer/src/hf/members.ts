import { DataError, type Json } from '@sluice/pipeline'

type Members = { readonly [key: string]: Json | undefined }

/** The members of a Hugging Face `config.json`. */
export interface HfMembers {
  get(key: string): Json | undefined
  /** @param spare another name that the member goes by */
  number(key: string, fallback: number, spare?: string): number
}

/**
 * @param fixed members whose other values would be another architecture than ours, and the value they must have where present
 * @throws DataError naming the member that is not as expected
 */
export function readMembers(json: Json, modelType: string, fixed: Readonly<Record<string, Json>>): HfMembers {
  const members = objectOf(json)
  if (members.model_type !== modelType) throw wrong('model_type', `"${modelType}"`, members.model_type)
  for (const [key, value] of Object.entries(fixed)) {
    if ((members[key] ?? value) !== value) throw wrong(key, JSON.stringify(value), members[key])
  }
  return {
    get: key => members[key],
    number(key, fallback, spare) {
      const value = members[key] ?? (spare === undefined ? undefined : members[spare]) ?? fallback
      if (typeof value !== 'number') throw wrong(key, 'a number', value)
      return value
    },
  }
}

export function objectOf(json: Json): Members {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw wrong('', 'an object', json)
  return json as Members
}

export function wrong(place: string, expected: string, found: Json | undefined): DataError {
  const where = place ? { place } : {}
  return new DataError(`expected ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`, {
    file: 'config.json',
    ...where,
  })
}
