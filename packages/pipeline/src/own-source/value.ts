import type { Json } from '../contract/frame.ts'
import { DataError } from '../errors.ts'
import type { DocumentRow } from '../schemas/documents.ts'

/** A document as somebody's own source gives it. */
export interface GivenDocument {
  /** Identity within the source, the same in every run. Default: the document's number, from 0. */
  readonly id?: string | undefined
  readonly text: string
  readonly url?: string | undefined
  /** A date, or milliseconds since 1970 UTC. */
  readonly created?: number | Date | undefined
  readonly lang?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Where to go on after this document: what `context.from` is then. Without it, resuming reads again and leaves out. */
  readonly position?: Json | undefined
}

/** Where a value was found: for what is said about it. */
export interface ValuePlace {
  /** Id of the source. */
  readonly stage: string
  readonly file: string | undefined
  /** Of the document, from 0. */
  readonly index: number
}

const known = new Set(['id', 'text', 'url', 'created', 'lang', 'metadata', 'position'])

/** @throws DataError naming the document by its number, the member, and what was found there */
export function checkedDocument(value: unknown, place: ValuePlace): DocumentRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault(`expected an object with a text, found ${shown(value)}`, place)
  }
  const given = value as Record<string, unknown>
  if (typeof given.text !== 'string') throw fault(`expected "text" to be a string, found ${shown(given.text)}`, place)
  for (const name of ['id', 'url', 'lang'] as const) {
    const member = given[name]
    if (member === undefined || (typeof member === 'string' && (name !== 'id' || member !== ''))) continue
    throw fault(`expected "${name}" to be a string, found ${shown(member)}`, place)
  }
  const { metadata } = given
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))) {
    throw fault(`expected "metadata" to be an object, found ${shown(metadata)}`, place)
  }
  const created = given.created instanceof Date ? given.created.getTime() : given.created
  if (created !== undefined && !Number.isFinite(created)) {
    throw fault(`expected "created" to be a date or milliseconds, found ${shown(given.created)}`, place)
  }
  const stranger = Object.keys(given).find(name => !known.has(name))
  if (stranger !== undefined) {
    throw fault(`has "${stranger}", which no document has`, place, 'put it into "metadata"')
  }
  return {
    id: (given.id as string | undefined) ?? String(place.index),
    text: given.text,
    source: place.stage,
    url: given.url as string | undefined,
    created: created as number | undefined,
    lang: given.lang as string | undefined,
    metadata: metadata as DocumentRow['metadata'],
  }
}

function fault(message: string, { stage, file, index }: ValuePlace, advice?: string): DataError {
  return new DataError(message, {
    stage,
    place: `document ${index}`,
    ...(file === undefined ? {} : { file }),
    advice: advice ?? 'yield { text, id?, url?, created?, lang?, metadata?, position? }',
  })
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  const text =
    typeof value === 'object' && value !== null
      ? (JSON.stringify(value) ?? 'an object')
      : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
