import { bitAt, columnOf, type Documents, stringAt } from '@sluice/pipeline'
import type { Data, RecordBatch, Utf8 } from 'apache-arrow'
import { Recurring } from './columns.ts'
import type { Document, DocumentRows } from './document.ts'

/** The rows of a batch, for a document to be put over. */
export class Rows implements DocumentRows {
  readonly #batch: RecordBatch<Documents>
  readonly #id: Data<Utf8>
  readonly #sources: Recurring
  readonly #langs: Recurring
  readonly #text: Data<Utf8>
  readonly #part: Int32Array
  readonly #last: Data
  readonly lang: Data<Utf8> | undefined

  constructor(batch: RecordBatch<Documents>) {
    this.#batch = batch
    this.#id = columnOf(batch, 'id') as Data<Utf8>
    this.#sources = new Recurring(columnOf(batch, 'source') as Data<Utf8>)
    this.#text = columnOf(batch, 'text') as Data<Utf8>
    this.#part = (columnOf(batch, 'part') as Data).values as Int32Array
    this.#last = columnOf(batch, 'last')!
    this.lang = columnOf(batch, 'lang') as Data<Utf8> | undefined
    this.#langs = new Recurring(this.lang)
  }

  put(document: Document, row: number): void {
    const { valueOffsets, values } = this.#text
    document.source = this.#sources.at(row)!
    document.part = this.#part[row]!
    document.last = bitAt(this.#last, row)
    document.lang = this.#langs.at(row)
    document.place(values, valueOffsets[row]!, valueOffsets[row + 1]!)
    document.of(this, row)
  }

  id(row: number): string {
    return stringAt(this.#id, row)!
  }

  columns(row: number): Readonly<Record<string, unknown>> {
    return this.#batch.get(row)!.toJSON()
  }
}
