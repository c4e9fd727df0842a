import { columnOf, nullableUtf8Column, stringAt } from '@sluice/pipeline'
import { type Data, makeData, RecordBatch, Struct, Utf8 } from 'apache-arrow'

/** New values of the `text` or `lang` column of some rows. */
export type Replacements = ReadonlyMap<number, string | Uint8Array>

/** The batch with other texts and languages in some of its rows. The batch is shared, except the columns that change. */
export function replaceValues(
  batch: RecordBatch,
  texts: Replacements,
  langs: ReadonlyMap<number, string>,
): RecordBatch {
  if (texts.size === 0 && langs.size === 0) return batch
  const { schema } = batch
  const children = schema.fields.map((field, i) => {
    const column = batch.data.children[i]!
    if (field.name === 'text' && texts.size > 0) return replaceTexts(column, batch.numRows, texts)
    if (field.name === 'lang' && langs.size > 0) return replaceLangs(batch, langs)
    return column
  })
  const type = new Struct(schema.fields)
  return new RecordBatch(schema, makeData({ type, length: batch.numRows, nullCount: 0, children }))
}

/** The texts of some rows, or of all, with others in some of them. */
export function replaceTexts(column: Data, count: number, texts: Replacements, rows?: Int32Array): Data {
  const offsets = column.valueOffsets as Int32Array
  const values = column.values as Uint8Array
  const valueOffsets = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i
    const text = texts.get(row)
    const size =
      text === undefined
        ? offsets[row + 1]! - offsets[row]!
        : typeof text === 'string'
          ? Buffer.byteLength(text)
          : text.length
    valueOffsets[i + 1] = valueOffsets[i]! + size
  }
  const data = Buffer.allocUnsafeSlow(valueOffsets[count]!)
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i
    const text = texts.get(row)
    if (text === undefined) data.set(values.subarray(offsets[row], offsets[row + 1]), valueOffsets[i])
    else if (typeof text === 'string') data.write(text, valueOffsets[i]!, 'utf8')
    else data.set(text, valueOffsets[i])
  }
  return makeData({ type: new Utf8(), length: count, nullCount: 0, valueOffsets, data })
}

function replaceLangs(batch: RecordBatch, langs: ReadonlyMap<number, string>): Data {
  const column = columnOf(batch, 'lang')
  return nullableUtf8Column(
    Array.from({ length: batch.numRows }, (_, row) => langs.get(row) ?? stringAt(column as never, row)),
  )
}
