import { type DocumentRow, documentsSchema, type Json } from '@sluice/pipeline'

const own = documentsSchema.fields.map(({ name }) => name)

/** Whether the columns are those that `writeDocuments` writes, in its order. */
export function isOwn(columns: readonly string[]): boolean {
  return columns.length === own.length && columns.every((name, i) => name === own[i])
}

/**
 * A row as it was written, parts as parts; undefined where its values are of other kinds. The source is the one that reads it now;
 * another one's name that it was written with is kept in the metadata.
 */
export function ownRow(record: Readonly<Record<string, unknown>>, source: string): DocumentRow | undefined {
  const { id, text, source: writtenBy, part, last, url, created, lang, metadata } = record
  if (typeof id !== 'string' || typeof text !== 'string' || typeof writtenBy !== 'string') return undefined
  if (!Number.isInteger(part) || (part as number) < 0 || typeof last !== 'boolean') return undefined
  const time = created instanceof Date ? created.getTime() : Number.NaN
  return {
    id,
    text,
    source,
    part: part as number,
    last,
    url: string(url),
    created: Number.isNaN(time) ? undefined : time,
    lang: string(lang),
    metadata: writtenBy === source ? json(metadata) : { source: writtenBy, ...json(metadata) },
  }
}

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function json(value: unknown): Record<string, Json> | undefined {
  if (typeof value !== 'string') return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, Json>
  } catch {
    // Somebody else's column of that name.
  }
  return { metadata: value }
}
