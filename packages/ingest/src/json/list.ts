import type { Json } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import { lineReader } from '../jsonl/documents.ts'
import { type JsonlOptions, withoutText } from '../jsonl/jsonl.ts'
import { BadRecord } from '../jsonl/records.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { partBytes } from '../pieces/parts.ts'
import { badRecords } from '../source/bad-records.ts'
import { breather } from '../source/breathe.ts'
import type { FormatReader } from '../source/files-source.ts'
import { jsonElements } from './elements.ts'

/** A place in a file that is one list. A type and not an interface, so that it is `Json`. */
export type JsonListPosition = {
  /** Bytes of UTF-8 before it; 0 is before the list. */
  readonly byte: number
  /** Records before it. */
  readonly record: number
  /** Parts before it of the document of the record that begins here. */
  readonly parts?: number
  readonly encoding?: string
}

/** A file that is one JSON list of records, `[{ … }, { … }]`: as JSON Lines, but held one record at a time. */
export function jsonListReader(settings: Required<JsonlOptions>): FormatReader<JsonListPosition> {
  const { encoding, onError, maxLineBytes: limit } = settings
  const documentsOf = lineReader(settings)
  return async function* read(file, from, context) {
    const reader = await openUtf8(file, encoding, from)
    const onBad = badRecords(file, context, onError)
    const onBroken = brokenOnce(file, context)
    const breathe = breather()
    let record = from?.record ?? 0
    let skipParts = from?.parts ?? 0
    const position = (byte: number, parts = 0): JsonListPosition & Json => {
      const known = reader.encoding()
      return { byte, record, ...(parts > 0 ? { parts } : {}), ...(known === undefined ? {} : { encoding: known }) }
    }
    let before = from?.byte ?? 0
    try {
      const inside = before > 0 ? before : undefined
      for await (const { json, byte, end, broken } of jsonElements(reader, file.name, { limit, from: inside })) {
        let rows: ReturnType<typeof documentsOf> = []
        try {
          if (json === undefined) throw new BadRecord(`expected a record of at most ${limit} bytes`)
          if (broken !== undefined) onBroken(broken)
          rows = documentsOf(json, context.id, `${file.name}#${record + 1}`)
          if (rows.length === 0) context.leaveOut(withoutText)
        } catch (error) {
          if (!(error instanceof BadRecord)) throw error
          onBad(error.message, `record ${record + 1}, byte ${byte}`, error)
        }
        // A long document: its parts go out one by one, so that no frame holds it all.
        for (let part = skipParts; part < rows.length - 1; part++) {
          yield { rows: [rows[part]!], bytes: partBytes, position: position(before, part + 1) }
        }
        skipParts = 0
        record++
        before = end
        yield { rows: rows.slice(-1), bytes: Math.min(end - byte, partBytes), position: position(end) }
        await breathe()
      }
    } finally {
      await reader.close()
    }
  }
}
