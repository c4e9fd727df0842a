import { type Field, RecordBatchReader, RecordBatchStreamWriter, type Schema } from 'apache-arrow'

// Batches that cross threads are nearly all of one schema, so the one before is kept on either side.

let told: { readonly schema: Schema; readonly text: string } | undefined
let heard: { readonly text: string; readonly schema: Schema } | undefined

/** A schema as an Arrow IPC stream, whose bytes are the characters of a string: quickly compared, and no memory to hand over. */
export function textOf(schema: Schema): string {
  if (told && same(told.schema, schema)) return told.text
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  writer.finish()
  const text = Buffer.from(writer.toUint8Array(true)).toString('latin1')
  told = { schema, text }
  return text
}

/** The schema of `textOf`. */
export function schemaOf(text: string): Schema {
  if (heard?.text === text) return heard.schema
  const { schema } = RecordBatchReader.from(Buffer.from(text, 'latin1')).open()
  heard = { text, schema }
  return schema
}

/**
 * Whether two schemas are surely the same. Arrow makes new ones, with new fields, for each batch, but of the same types; with metadata
 * nothing is sure.
 */
function same(a: Schema, b: Schema): boolean {
  if (a === b) return true
  if (a.fields.length !== b.fields.length || a.metadata.size + b.metadata.size > 0) return false
  return a.fields.every((field, i) => sameField(field, b.fields[i]!))
}

function sameField(a: Field, b: Field): boolean {
  return a.name === b.name && a.type === b.type && a.nullable === b.nullable && a.metadata.size + b.metadata.size === 0
}
