import { DataError } from '@sluice/pipeline'

// Looking into JSON that somebody else has written.

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at `key`. @throws DataError naming the place */
export function objectAt(parent: JsonObject, key: string, place = key): JsonObject {
  const value = parent[key]
  if (!isObject(value)) throw new DataError(`expected an object, found ${kindOf(value)}`, { place })
  return value
}

/** Entries of a vocabulary: spelling and id. @throws DataError for an id that is none, or that two tokens have */
export function vocabAt(model: JsonObject): [token: string, id: number][] {
  const entries = Object.entries(objectAt(model, 'vocab', 'model.vocab'))
  const seen = new Map<number, string>()
  for (const [token, id] of entries) {
    if (!isId(id))
      throw new DataError(`id of ${JSON.stringify(token)} is ${JSON.stringify(id)}`, { place: 'model.vocab' })
    const other = seen.get(id)
    if (other !== undefined) {
      const both = `${JSON.stringify(other)} and ${JSON.stringify(token)}`
      throw new DataError(`${both} both have the id ${id}`, { place: 'model.vocab' })
    }
    seen.set(id, token)
  }
  return entries as [string, number][]
}

/** An id: a whole number that a vocabulary may hold; a limit, so that a broken file cannot ask for all memory. */
export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1 << 24
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** A component that is one of a kind, or a Sequence of one. */
export function single(component: unknown, list: string): JsonObject | undefined {
  if (!isObject(component)) return undefined
  const members = component[list]
  if (component.type !== 'Sequence') return component
  return Array.isArray(members) && members.length === 1 && isObject(members[0]) ? members[0] : component
}
