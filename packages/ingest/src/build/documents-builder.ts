import { type DocumentRow, type Documents, documentsSchema } from '@sluice/pipeline'
import { Bool, type Data, Int32, makeData, RecordBatch, Struct, TimestampMillisecond } from 'apache-arrow'
import { Utf8Column } from './utf8-column.ts'

/**
 * Rows of documents on their way to a record batch, in columns from the start: a reader that has UTF-8 already never makes
 * strings of it. Used again after `take`.
 */
export class DocumentsBuilder {
  readonly id = new Utf8Column()
  readonly text = new Utf8Column(64 * 1024)
  readonly source = new Utf8Column()
  readonly url = new Utf8Column()
  readonly lang = new Utf8Column()
  readonly metadata = new Utf8Column()
  readonly #part: number[] = []
  readonly #last: boolean[] = []
  readonly #created: (number | undefined)[] = []

  get rows(): number {
    return this.#part.length
  }

  append(row: DocumentRow): void {
    this.id.appendString(row.id)
    this.text.appendString(row.text)
    this.source.appendString(row.source)
    this.url.appendString(row.url)
    this.lang.appendString(row.lang)
    this.metadata.appendString(row.metadata === undefined ? undefined : JSON.stringify(row.metadata))
    this.close(row.created, row.part, row.last)
  }

  /** Ends a row whose columns of text have been appended to one by one. */
  close(created: number | undefined, part = 0, last = true): void {
    this.#part.push(part)
    this.#last.push(last)
    this.#created.push(created !== undefined && Number.isFinite(created) ? created : undefined)
  }

  /** Forgets what was appended to the columns of a row that is not closed. */
  rollback(): void {
    for (const column of this.#texts) column.truncate(this.rows)
  }

  appendAll(other: DocumentsBuilder): void {
    for (const [i, column] of this.#texts.entries()) column.appendAll(other.#texts[i]!)
    for (let row = 0; row < other.rows; row++) this.close(other.#created[row], other.#part[row], other.#last[row])
  }

  clear(): void {
    for (const column of this.#texts) column.clear()
    this.#part.length = 0
    this.#last.length = 0
    this.#created.length = 0
  }

  take(): RecordBatch<Documents> {
    const { rows } = this
    const created = this.#times()
    const last = new Uint8Array((rows + 7) >> 3)
    for (let row = 0; row < rows; row++) if (this.#last[row]) last[row >> 3]! |= 1 << (row & 7)
    const children = [
      this.id.take(),
      this.text.take(),
      this.source.take(),
      makeData({ type: new Int32(), length: rows, nullCount: 0, data: Int32Array.from(this.#part) }),
      makeData({ type: new Bool(), length: rows, nullCount: 0, data: last }),
      this.url.take(),
      created,
      this.lang.take(),
      this.metadata.take(),
    ]
    this.clear()
    const type = new Struct<Documents>(documentsSchema.fields)
    return new RecordBatch(documentsSchema, makeData({ type, length: rows, nullCount: 0, children }))
  }

  get #texts(): readonly Utf8Column[] {
    return [this.id, this.text, this.source, this.url, this.lang, this.metadata]
  }

  #times(): Data<TimestampMillisecond> {
    const { rows } = this
    const data = new BigInt64Array(rows)
    const nullBitmap = new Uint8Array((rows + 7) >> 3)
    let nullCount = 0
    for (let row = 0; row < rows; row++) {
      const value = this.#created[row]
      if (value === undefined) nullCount++
      else {
        data[row] = BigInt(Math.trunc(value))
        nullBitmap[row >> 3]! |= 1 << (row & 7)
      }
    }
    const type = new TimestampMillisecond()
    return makeData({ type, length: rows, nullCount, nullBitmap, data })
  }
}
