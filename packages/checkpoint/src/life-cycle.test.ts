import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Snapshot, stepsSchema } from '@sluice/pipeline'
import { sinkCases } from '@sluice/pipeline/testing'
import { makeData, RecordBatch, type Schema, Struct, vectorFromArray } from 'apache-arrow'
import { afterAll, describe, it } from 'vitest'
import { checkpoint } from './sink/checkpoint.ts'
import { snapshotOf } from './testing/snapshots.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-checkpoint-life-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function steps(rows: readonly number[]): RecordBatch {
  const children = stepsSchema.fields.map(({ type }) => vectorFromArray(rows, type).data[0]!)
  const type = new Struct(stepsSchema.fields)
  return new RecordBatch(stepsSchema as Schema, makeData({ type, length: rows.length, nullCount: 0, children }))
}

// The first frame is the beginning, without a row.
const batches = [[], [1], [2], [3]].map(steps)
const snapshot = (batch: RecordBatch) => ({
  snapshot: ({ optimizer }: { optimizer: boolean }): Snapshot => snapshotOf(batches.indexOf(batch), { optimizer }),
})
let runs = 0

describe.each([['safetensors'], ['safetensors', 'parquet']] as const)('checkpoint, %s', (...formats) => {
  const cases = sinkCases({
    make: () => checkpoint({ dir: join(folder, `${runs++}`), every: 2, formats }),
    batches,
    more: snapshot,
    // Of the beginning it looks at no column.
    reads: false,
    throwing: () =>
      checkpoint({
        dir: join(folder, `${runs++}`),
        every: 2,
        state() {
          throw new Error('of the user')
        },
      }),
  })
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
