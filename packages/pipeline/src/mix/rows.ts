import { type Data, DataType, type RecordBatch } from 'apache-arrow'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { MixUnit } from '../contract/source.ts'
import { SchemaError } from '../errors.ts'
import { bitAt, columnOf } from '../schemas/column-of.ts'

/** The rows of a batch, weighed. */
export interface WeighedRows {
  /** In the unit that is counted. A row of no text counts one byte or token: a source of empty documents comes to an end as well. */
  weight(row: number): number
  /** Bytes of text. */
  bytes(row: number): number
  /** Whether a document ends with this row: not where it goes on in another part. */
  ends(row: number): boolean
}

/** Weighs the rows of a batch of documents, or of tokens; of other batches, each row is a document and has its share of the batch's bytes. */
export function weighRows(batch: RecordBatch, unit: MixUnit): WeighedRows {
  const column = (name: string): Data | undefined => columnOf(batch, name)
  const bytes = textBytes(column('text')) ?? tokenBytes(column('ids'), column('bytes')) ?? evenly(batch)
  const ends = bits(column('last')) ?? (() => true)
  if (unit === 'bytes') return { weight: bytes, bytes, ends }
  const weight = unit === 'tokens' ? tokens(column('ids')) : (row: number) => (ends(row) ? 1 : 0)
  if (weight === undefined) throw new SchemaError('weights count tokens, and there is no column "ids" of them')
  return { weight, bytes, ends }
}

function textBytes(text: Data | undefined): WeighedRows['bytes'] | undefined {
  if (!text || !DataType.isUtf8(text.type)) return undefined
  const offsets = text.valueOffsets as Int32Array
  return row => Math.max(1, offsets[row + 1]! - offsets[row]!)
}

/** Bytes of the text that the ids of a row stand for. */
function tokenBytes(ids: Data | undefined, bytes: Data | undefined): WeighedRows['bytes'] | undefined {
  if (!ids || !DataType.isList(ids.type) || !bytes || !DataType.isInt(bytes.type)) return undefined
  const values = bytes.values as Int32Array
  return row => Math.max(1, values[row]!)
}

function tokens(ids: Data | undefined): WeighedRows['weight'] | undefined {
  if (!ids || !DataType.isList(ids.type)) return undefined
  const offsets = ids.valueOffsets as Int32Array
  return row => Math.max(1, offsets[row + 1]! - offsets[row]!)
}

function evenly(batch: RecordBatch): WeighedRows['bytes'] {
  const each = Math.max(1, frameBytes({ batch, cursor: {}, seq: 0 }) / Math.max(1, batch.numRows))
  return () => each
}

function bits(flags: Data | undefined): ((row: number) => boolean) | undefined {
  if (!flags || !DataType.isBool(flags.type)) return undefined
  return row => bitAt(flags, row)
}
