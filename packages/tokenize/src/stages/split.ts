import { ConfigError, type Documents, documentsSchema, requireFields, type Stage } from '@sluice/pipeline'
import { type Data, makeData, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow'
import { map } from 'rxjs'
import { columnOf } from '../columns/column.ts'
import { takeRows } from '../columns/take.ts'
import { hash53 } from './hash.ts'
import { tailStart } from './tail.ts'

export interface SplitOptions {
  part: 'training' | 'evaluation'
  /** Share of the text that is held out for evaluation, 0 to 1. */
  share: number
  /**
   * `document`: whole documents, by a hash of their ids, so that a document stays in its part whatever else is read. `tail`:
   * the end of each document, for few long ones. Default `document`.
   */
  by?: 'document' | 'tail'
  /** Default `split`. */
  id?: string
}

const needed = new Schema(documentsSchema.fields.filter(field => field.name === 'id' || field.name === 'text'))

/**
 * One of the two parts of the documents: a pure function of each document (with `tail`, of each part of a long one), so that
 * no pass over the corpus is needed and the two parts never share a character.
 */
export function split(options: SplitOptions): Stage<Documents, Documents> {
  const { part, share, by = 'document', id = 'split' } = options
  if (!(share >= 0 && share <= 1)) throw new ConfigError(`share must be from 0 to 1, found ${share}`, { stage: id })
  return {
    id,
    parallel: 'stateless',
    schema(input) {
      requireFields(id, input, needed)
      return input
    },
    apply: map(frame => ({ ...frame, batch: splitBatch(frame.batch, { part, share, by }) })),
  }
}

export function splitBatch(
  documents: RecordBatch<Documents>,
  { part, share, by }: Required<Pick<SplitOptions, 'part' | 'share' | 'by'>>,
): RecordBatch<Documents> {
  return by === 'tail' ? splitTails(documents, part, share) : splitDocuments(documents, part, share)
}

function splitDocuments(documents: RecordBatch<Documents>, part: string, share: number): RecordBatch<Documents> {
  const column = columnOf(documents, 'id')
  const offsets = column.valueOffsets as Int32Array
  const bytes = column.values as unknown as Uint8Array
  const ranges: { batch: number; start: number; count: number }[] = []
  for (let row = 0; row < documents.numRows; row++) {
    const held = hash53(bytes, offsets[row]!, offsets[row + 1]!) < share
    if (held !== (part === 'evaluation')) continue
    const last = ranges.at(-1)
    if (last && last.start + last.count === row) last.count++
    else ranges.push({ batch: 0, start: row, count: 1 })
  }
  if (ranges.length === 1 && ranges[0]!.count === documents.numRows) return documents
  return takeRows(documents.schema, [documents], ranges) as RecordBatch<Documents>
}

function splitTails(documents: RecordBatch<Documents>, part: string, share: number): RecordBatch<Documents> {
  const rows = documents.numRows
  const place = documents.schema.fields.findIndex(field => field.name === 'text')
  const column = columnOf(documents, 'text')
  const offsets = column.valueOffsets as Int32Array
  const bytes = column.values as unknown as Uint8Array
  const from = new Int32Array(rows)
  const to = new Int32Array(rows)
  const valueOffsets = new Int32Array(rows + 1)
  for (let row = 0; row < rows; row++) {
    const cut = tailStart(bytes, offsets[row]!, offsets[row + 1]!, share)
    from[row] = part === 'evaluation' ? cut : offsets[row]!
    to[row] = part === 'evaluation' ? offsets[row + 1]! : cut
    valueOffsets[row + 1] = valueOffsets[row]! + to[row]! - from[row]!
  }
  const data = new Uint8Array(valueOffsets[rows]!)
  for (let row = 0; row < rows; row++) data.set(bytes.subarray(from[row], to[row]), valueOffsets[row])
  const text: Data = makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data })
  const children = documents.data.children.map((child, i) => (i === place ? text : child))
  const struct = new Struct<Documents>(documents.schema.fields)
  return new RecordBatch(documents.schema, makeData({ type: struct, length: rows, nullCount: 0, children }))
}
