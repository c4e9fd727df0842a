import { FlatTable } from './flatbuffer.ts'

/** Bytes that the buffers of one message may have, unpacked or not. */
export const maxBody = 1024 * 1024 * 1024
/** Fields of a schema and entries of their metadata over which it is not believed. */
const maxFields = 100_000
const maxDepth = 64
const maxRows = 2 ** 31 - 1

export type HeaderKind = 'schema' | 'dictionary' | 'batch' | 'other'

/** What a message of Arrow IPC says of itself (https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format). */
export interface Header {
  readonly kind: HeaderKind
  readonly bodyLength: number
  /** Of a dictionary. */
  readonly id: number
  /** Whether a dictionary goes on from the one before. */
  readonly delta: boolean
}

/** @throws Error for a header that leads out of its bytes or of its body */
export function headerOf(metadata: Uint8Array): Header {
  const message = FlatTable.root(metadata)
  const bodyLength = message.long(3)
  if (bodyLength < 0 || bodyLength > maxBody) throw new Error(`a body cannot have ${bodyLength} bytes`)
  const header = message.table(2)
  const none = { bodyLength, id: 0, delta: false }
  if (header === undefined) throw new Error('a message has no header')
  switch (message.byte(1)) {
    case 1:
      checkFields(header.tables(1), { left: maxFields - entries(header, 2) }, 0)
      return { kind: 'schema', ...none }
    case 2: {
      const data = header.table(1)
      if (data === undefined) throw new Error('a dictionary has no values')
      checkBatch(data, bodyLength)
      return { kind: 'dictionary', bodyLength, id: header.long(0), delta: header.byte(2) !== 0 }
    }
    case 3:
      checkBatch(header, bodyLength)
      return { kind: 'batch', ...none }
    default:
      return { kind: 'other', ...none }
  }
}

function checkFields(fields: readonly FlatTable[], budget: { left: number }, depth: number): void {
  if (depth > maxDepth) throw new Error('the schema is nested too deep')
  budget.left -= fields.length
  for (const field of fields) {
    budget.left -= entries(field, 6)
    if (budget.left < 0) throw new Error('the schema has too many fields')
    checkFields(field.tables(5), budget, depth + 1)
  }
}

const entries = (table: FlatTable, field: number): number => table.tables(field).length

function checkBatch(batch: FlatTable, bodyLength: number): void {
  const count = (value: number): boolean => value >= 0 && value <= maxRows
  if (!count(batch.long(0))) throw new Error(`a batch cannot have ${batch.long(0)} rows`)
  for (const [length, nulls] of batch.pairs(1)) {
    if (!count(length) || !count(nulls)) throw new Error(`a column cannot have ${length} rows, ${nulls} of them null`)
  }
  for (const [offset, length] of batch.pairs(2)) {
    if (offset < 0 || length < 0 || offset + length > bodyLength) throw new Error('a column leaves the batch')
  }
}
