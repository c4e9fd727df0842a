import type { Documents } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { GrowingBytes } from '../build/growing.ts'
import { columnsOf, type DocumentColumns, isLast, timeOf, valueBytes } from './columns.ts'
import { escapedLength, escapeInto } from './escape.ts'
import type { Output } from './output.ts'
import type { DocumentWriter } from './writer.ts'

/** Bytes of a value that are escaped at a time, so that room for the worst case is small. */
const stretch = 32 * 1024

const ascii = (text: string): Buffer => Buffer.from(text)
const before = {
  id: ascii('{"id":"'),
  source: ascii('","source":"'),
  url: ascii('","url":"'),
  lang: ascii('","lang":"'),
  created: ascii('","created":"'),
  metadata: ascii('","metadata":'),
  text: ascii('","text":"'),
  textAfterMetadata: ascii(',"text":"'),
}
const lineEnd = ascii('"}\n')

/**
 * A document a line: `id`, `source`, `url`, `lang`, `created` (ISO 8601), `metadata`, `text`, without those that have no value.
 * The text comes last, because the parts of a long document go out as they come and make up one line.
 */
export function jsonlWriter(output: Output): DocumentWriter {
  let json = new GrowingBytes(256 * 1024)
  let other = new GrowingBytes(256 * 1024)
  /** Id of the document whose line stands open. */
  let open: Buffer | undefined

  function string(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += stretch) {
      const end = Math.min(bytes.length, start + stretch)
      json.ensure(escapedLength(end - start))
      json.length = escapeInto(json.bytes, json.length, bytes, start, end)
    }
  }

  function begin(columns: DocumentColumns, row: number): void {
    json.append(before.id)
    string(valueBytes(columns.id, row)!)
    for (const name of ['source', 'url', 'lang'] as const) {
      const bytes = valueBytes(columns[name], row)
      if (bytes === undefined) continue
      json.append(before[name])
      string(bytes)
    }
    const created = timeOf(columns.created, row)
    if (created !== undefined) {
      json.append(before.created)
      json.append(ascii(new Date(created).toISOString()))
    }
    const metadata = valueBytes(columns.metadata, row)
    if (metadata === undefined) json.append(before.text)
    else {
      json.append(before.metadata)
      json.append(oneLine(metadata))
      json.append(before.textAfterMetadata)
    }
  }

  function encode(batch: RecordBatch<Documents>): void {
    const columns = columnsOf(batch)
    for (let row = 0; row < batch.numRows; row++) {
      const goesOn = open !== undefined && columns.part.values[row]! > 0 && open.equals(valueBytes(columns.id, row)!)
      if (!goesOn) {
        // Where a stage has dropped the last part of the one before.
        if (open !== undefined) json.append(lineEnd)
        begin(columns, row)
      }
      string(valueBytes(columns.text, row)!)
      if (isLast(columns.last, row)) {
        json.append(lineEnd)
        open = undefined
      } else if (!goesOn) open = Buffer.from(valueBytes(columns.id, row)!)
    }
  }

  async function flush(): Promise<void> {
    const full = json
    json = other
    other = full
    await output.write(full.view())
    // The buffer handed over the time before is free now.
    json.clear()
  }

  return {
    async write(batch) {
      encode(batch)
      if (json.length > 0) await flush()
    },
    async end() {
      if (open !== undefined) json.append(lineEnd)
      if (json.length > 0) await flush()
    },
  }
}

/** JSON without line ends, which stand between its tokens only. */
function oneLine(json: Uint8Array): Uint8Array {
  return json.includes(0x0a) || json.includes(0x0d)
    ? json.map(byte => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))
    : json
}
