import { documentsSchema, requireFields, stringAt } from '@sluice/pipeline'
import { type Data, Schema, type Utf8 } from 'apache-arrow'

/** The columns without which nothing can be judged. */
const needed = new Schema(
  documentsSchema.fields.filter(({ name }) => ['id', 'text', 'source', 'part', 'last'].includes(name)),
)

/** @throws SchemaError naming the stage and the column */
export function requireDocuments(stage: string, input: Schema): void {
  requireFields(stage, input, needed)
}

/** Strings of a column that mostly say the same as the row before: that is not made a string again. */
export class Recurring {
  readonly #column: Data<Utf8> | undefined
  #row = -1
  #value: string | undefined

  constructor(column: Data<Utf8> | undefined) {
    this.#column = column
  }

  /** Undefined for null. */
  at(row: number): string | undefined {
    const column = this.#column
    if (!column || (column.nullCount > 0 && !column.getValid(row))) return undefined
    if (this.#row < 0 || !this.#same(column, row)) {
      this.#value = stringAt(column, row)
      this.#row = row
    }
    return this.#value
  }

  #same({ values, valueOffsets }: Data<Utf8>, row: number): boolean {
    const start = valueOffsets[row]!
    const known = valueOffsets[this.#row]!
    const length = valueOffsets[row + 1]! - start
    if (valueOffsets[this.#row + 1]! - known !== length) return false
    for (let i = 0; i < length; i++) if (values[start + i] !== values[known + i]) return false
    return true
  }
}
