import type { Place } from './place.ts'

/** One record of a WARC file (ISO 28500). */
export interface WarcRecord {
  /** By name in lower case. Of a field that comes twice the first counts. */
  readonly fields: ReadonlyMap<string, string>
  /** What it holds. Valid until the next record is asked for. */
  readonly block: Buffer
  /** Where it begins. */
  readonly place: Place
  /** Where to go on after it. */
  readonly next: Place
}

/** Reads `name: value` lines, continued ones included, of WARC and of HTTP. */
export function fieldsOf(lines: string): Map<string, string> {
  const fields = new Map<string, string>()
  let last: string | undefined
  for (let start = 0; start < lines.length; ) {
    const feed = lines.indexOf('\n', start)
    const next = feed < 0 ? lines.length : feed + 1
    const end = feed > start && lines.charCodeAt(feed - 1) === 13 ? feed - 1 : feed < 0 ? lines.length : feed
    const first = lines.charCodeAt(start)
    if ((first === 32 || first === 9) && last !== undefined) {
      fields.set(last, `${fields.get(last)} ${lines.slice(start, end).trim()}`)
    } else {
      const colon = lines.indexOf(':', start)
      if (colon > start && colon < end) {
        const name = lines.slice(start, colon).trim().toLowerCase()
        last = fields.has(name) ? undefined : name
        if (last !== undefined) fields.set(name, lines.slice(colon + 1, end).trim())
      }
    }
    start = next
  }
  return fields
}
