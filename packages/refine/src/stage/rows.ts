import type { Documents } from '@sluice/pipeline'
import type { Data, RecordBatch, Utf8 } from 'apache-arrow'
import { bitAt, columnOf, stringAt } from './columns.ts'
import type { Document } from './document.ts'

/** The rows of a batch, for a document to be put over. */
export class Rows {
  readonly #batch: RecordBatch<Documents>
  readonly #id: Data<Utf8>
  readonly #source: Data<Utf8>
  readonly #text: Data<Utf8>
  readonly #part: Int32Array
  readonly #last: Data
  readonly lang: Data<Utf8> | undefined

  constructor(batch: RecordBatch<Documents>) {
    this.#batch = batch
    this.#id = columnOf(batch, 'id') as Data<Utf8>
    this.#source = columnOf(batch, 'source') as Data<Utf8>
    this.#text = columnOf(batch, 'text') as Data<Utf8>
    this.#part = (columnOf(batch, 'part') as Data).values as Int32Array
    this.#last = columnOf(batch, 'last')!
    this.lang = columnOf(batch, 'lang') as Data<Utf8> | undefined
  }

  put(document: Document, row: number): void {
    const { valueOffsets, values } = this.#text
    document.id = stringAt(this.#id, row)!
    document.source = stringAt(this.#source, row)!
    document.part = this.#part[row]!
    document.last = bitAt(this.#last, row)
    document.lang = stringAt(this.lang, row)
    document.place(values, valueOffsets[row]!, valueOffsets[row + 1]!, () => this.#batch.get(row)!.toJSON())
  }
}
