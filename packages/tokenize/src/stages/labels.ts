import { type Blocks, int32BlockColumn } from '@sluice/pipeline'
import { Field, type FixedSizeList, type Int32, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'

/** Blocks, with the ids to predict: those of the text at the places chosen, -100 elsewhere, as Hugging Face writes it. */
export type LabelledBlocks = Blocks & { labels: FixedSizeList<Int32> }

/** Where nothing is to be predicted. */
export const ignoredLabel = -100

export function labelledSchema(input: Schema): Schema {
  const ids = input.fields.find(field => field.name === 'ids')!
  const others = input.fields.filter(field => field.name !== 'labels')
  return new Schema([...others, new Field('labels', ids.type, false)], input.metadata)
}

/** The batch with these labels in place of its own, if it has any, and with other ids where they are given. */
export function withLabels(batch: RecordBatch, labels: Int32Array, ids?: Int32Array): RecordBatch {
  const schema = labelledSchema(batch.schema)
  const type = schema.fields.at(-1)!.type as FixedSizeList<Int32>
  const children = batch.data.children.filter((_, i) => batch.schema.fields[i]!.name !== 'labels')
  if (ids) children[schema.fields.findIndex(field => field.name === 'ids')] = int32BlockColumn(type, ids)
  children.push(int32BlockColumn(type, labels))
  const data = makeData({ type: new Struct(schema.fields), length: batch.numRows, nullCount: 0, children })
  return new RecordBatch(schema, data)
}
