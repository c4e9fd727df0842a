import type { DocumentRow } from '@sluice/pipeline'
import { lookup, without } from './lookup.ts'
import { columnNames, rolesOf } from './roles.ts'
import { timestampOf } from './timestamp.ts'

/** Which columns hold what, where their names do not tell. Dotted paths go into objects: `"meta.url"`. */
export interface ColumnMapping {
  /** Several are joined by a blank line: `["title", "selftext"]`. */
  readonly text?: string | readonly string[] | undefined
  readonly id?: string | undefined
  readonly url?: string | undefined
  readonly created?: string | undefined
  readonly lang?: string | undefined
}

/** What a record says that a document has a column for. */
export type Column = 'text' | 'id' | 'url' | 'created' | 'lang'

/**
 * Names that the field gives these columns, the likeliest first, as C4, Dolma, datatrove, FineWeb, CC-News, Common Crawl, the
 * Pile, WikiExtractor, Reddit and Mastodon have them. Compared without case.
 */
export const usualNames: Readonly<Record<Column, readonly string[]>> = {
  text: [
    'text',
    'content',
    'body',
    'raw_content',
    'selftext',
    'full_text',
    'maintext',
    'document',
    'article',
    'passage',
    'story',
  ],
  id: ['id', '_id', 'doc_id', 'docid', 'document_id', 'uuid', 'guid', 'warc-record-id', 'warc_record_id', 'id_str'],
  url: ['url', 'uri', 'link', 'source_url', 'warc-target-uri', 'warc_target_uri', 'permalink'],
  created: [
    'created_utc',
    'created',
    'created_at',
    'date',
    'timestamp',
    'published',
    'published_at',
    'date_publish',
    'pubdate',
    'warc-date',
    'warc_date',
  ],
  lang: ['lang', 'language', 'language_code', 'locale'],
}

/** What is read out of one record. */
export interface Mapped {
  text: string | undefined
  row: Pick<DocumentRow, 'url' | 'created' | 'lang' | 'metadata'>
  id: string | undefined
}

/**
 * Makes the function that reads the columns out of a record. Each record is judged by its own names, so columns may drift from
 * line to line. What is taken for a column leaves the metadata; a value that cannot be used (a date in words) stays there.
 */
export function columnReader(mapping: ColumnMapping): (record: Record<string, unknown>) => Mapped {
  const usual = rolesOf(mapping)
  const mappedPaths = Object.values(mapping)
    .flat()
    .filter(path => path !== undefined)

  return record => {
    const values: Partial<Record<Column, unknown>> = {}
    const ranks: Partial<Record<Column, number>> = {}
    const taken: Partial<Record<Column, string>> = {}
    for (const key in record) {
      const role = usual(key)
      if (role === null || role.rank >= (ranks[role.column] ?? Number.POSITIVE_INFINITY)) continue
      const usable = convert(role.column, record[key])
      if (usable === undefined) continue
      values[role.column] = usable
      ranks[role.column] = role.rank
      taken[role.column] = key
    }
    for (const column of columnNames) {
      const paths = mapping[column]
      if (paths !== undefined) values[column] = mapped(record, column, paths)
    }
    const used = new Set(Object.values(taken))
    let metadata: Record<string, unknown> | undefined
    for (const key in record) {
      if (used.has(key)) continue
      metadata ??= {}
      metadata[key] = record[key]
    }
    for (const path of mappedPaths) metadata &&= without(metadata, path)
    if (metadata && mappedPaths.length > 0 && Object.keys(metadata).length === 0) metadata = undefined
    return {
      text: values.text as string | undefined,
      id: values.id as string | undefined,
      row: {
        url: values.url as string | undefined,
        created: values.created as number | undefined,
        lang: values.lang as string | undefined,
        metadata,
      },
    }
  }
}

function mapped(record: object, column: Column, paths: string | readonly string[]): unknown {
  if (typeof paths === 'string') return convert(column, lookup(record, paths))
  const found = paths.map(path => convert(column, lookup(record, path))).filter(value => value !== undefined)
  return found.length === 0 ? undefined : found.filter(value => value !== '').join('\n\n')
}

/** The value as its column wants it; undefined where it cannot be used. */
function convert(column: Column, value: unknown): string | number | undefined {
  if (column === 'created') return timestampOf(value)
  if (typeof value === 'string') return value
  if (column === 'text') {
    // A list of paragraphs or lines.
    return Array.isArray(value) && value.every(item => typeof item === 'string')
      ? value.join('\n')
      : value === null
        ? ''
        : undefined
  }
  if (column === 'id' && (typeof value === 'number' || typeof value === 'bigint')) return String(value)
  return undefined
}
