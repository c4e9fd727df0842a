import { type Cursor, type Json, StateError } from '@sluice/pipeline'
import { z } from 'zod'
import { layoutVersion, parseVersioned } from './manifest.ts'

const json: z.ZodType<Json> = z.json()

const stateSchema = z.looseObject({
  version: z.literal(layoutVersion),
  step: z.int().nonnegative(),
  cursor: z.record(z.string(), json),
  trainer: json,
})

/** What state.json holds beside the caller's own entries. */
export interface State {
  readonly step: number
  readonly cursor: Cursor
  readonly trainer: Json
  /** The caller's entries. */
  readonly own: Readonly<Record<string, Json>>
}

const taken = ['version', 'step', 'cursor', 'trainer']

/** @throws StateError for an entry that would not come back as it is */
export function stateText({ step, cursor, trainer, own }: State, file: string): string {
  for (const name of taken) {
    if (Object.hasOwn(own, name)) throw new StateError("this entry is the checkpoint's own", { file, place: name })
  }
  const state = { version: layoutVersion, step, cursor, trainer, ...own }
  checkJson(state, [], file)
  return `${JSON.stringify(state, null, 2)}\n`
}

export function parseState(text: string, file: string): State {
  const { version: _, step, cursor, trainer, ...own } = parseVersioned(text, file, stateSchema)
  return { step, cursor, trainer, own: own as Record<string, Json> }
}

/** JSON.stringify writes NaN as null and leaves out undefined: a resume would go on from another state without a word. */
function checkJson(value: unknown, path: readonly (string | number)[], file: string): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (Array.isArray(value)) {
    for (const [i, member] of value.entries()) checkJson(member, [...path, i], file)
    return
  }
  if (typeof value === 'object' && (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype) {
    for (const [key, member] of Object.entries(value)) checkJson(member, [...path, key], file)
    return
  }
  const found = typeof value === 'object' ? `a ${value!.constructor.name}` : String(value)
  throw new StateError(`expected plain JSON, found ${found}`, { file, place: path.join('.') })
}
