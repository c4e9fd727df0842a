import { columnOf, type Documents, type Json, type Worked } from '@sluice/pipeline'
import type { Data, RecordBatch, Utf8 } from 'apache-arrow'
import { Document } from './document.ts'
import type { Refiner } from './refiner.ts'
import { replaceValues } from './replace.ts'
import { Rows } from './rows.ts'
import { inTurns, isSteps } from './steps.ts'
import type { Verdict } from './verdict.ts'

/** What a worker says of a row that does not stay as it is. A text from now on is in the batch beside it. */
type Said = {
  readonly row: number
  readonly drop?: string
  readonly text?: true
  readonly lang?: string
  readonly changed?: Readonly<Record<string, number>>
}

/** Where the documents of a batch stand, in the order in which they begin: for judges that look at it. */
export type Places = { readonly epochs: readonly number[]; readonly ordinals: readonly number[] }

/** Judges the documents of a batch, without keeping books. Parts of a long document that begins elsewhere are taken to stay. */
export async function judgeBatch(
  batch: RecordBatch<Documents>,
  { judge, follow }: Pick<Refiner, 'judge' | 'follow'>,
  places: Places | undefined,
): Promise<Worked<Documents>> {
  const document = new Document()
  const rows = new Rows(batch)
  const said: Said[] = []
  const texts = new Map<number, string | Uint8Array>()
  let begun = 0
  for (let row = 0; row < batch.numRows; row++) {
    rows.put(document, row)
    if (document.part === 0) {
      document.epoch = places?.epochs[begun] ?? 0
      document.ordinal = places?.ordinals[begun++] ?? 0
    }
    const told = (document.part === 0 ? judge : follow)?.(document)
    let verdict: Verdict
    // Not awaited where that is not needed: a turn for each document would cost more than judging most of them.
    if (isSteps<Verdict>(told)) {
      const step = told.next()
      verdict = step.done ? step.value : await inTurns(told)
    } else verdict = told && 'then' in told ? await told : told
    if (verdict === undefined) continue
    const { text, ...rest } = verdict as { text?: string | Uint8Array }
    if (text !== undefined) texts.set(row, text)
    said.push({ row, ...rest, ...(text === undefined ? {} : { text: true }) })
  }
  const note = said as unknown as Json
  return texts.size === 0 ? { note } : { batches: [replaceValues(batch, texts, new Map())], note }
}

/** What was said of each row, in the order of the rows. */
export function verdictsOf({ batches, note }: Worked<Documents>): (row: number) => Verdict {
  const said = note as unknown as readonly Said[]
  const text = batches && (columnOf(batches[0]!, 'text') as Data<Utf8>)
  let next = 0
  return row => {
    if (said[next]?.row !== row) return undefined
    const { text: changes, row: _, ...rest } = said[next++]!
    if (!changes || !text) return rest as Verdict
    return { ...rest, text: text.values.subarray(text.valueOffsets[row], text.valueOffsets[row + 1]) }
  }
}
