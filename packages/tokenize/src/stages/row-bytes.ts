import { DataType, type Schema } from 'apache-arrow'

/** Bytes of a row's columns of fixed width; lists of varying length are not counted. */
export function rowBytes(schema: Schema): number {
  return schema.fields.reduce((sum, { type }) => (DataType.isFixedSizeList(type) ? sum + type.listSize * 4 : sum), 0)
}
