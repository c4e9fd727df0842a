import { float64Column, int32Column, type Steps, stepsSchema } from '@sluice/pipeline'
import { makeData, RecordBatch, Struct } from 'apache-arrow'
import type { BadStep } from './bad-step.ts'

/** What is told of one optimizer step; units as in the schema. */
export interface StepMetrics {
  readonly step: number
  readonly loss: number
  readonly tokens: number
  readonly lr: number
  readonly gradNorm: number
  readonly groupNorms: Readonly<Record<string, number>>
  readonly seconds: number
  /** Why the weights are those of the step before; absent where they are not. */
  readonly skipped?: string
  /** What is to be rewound for. */
  readonly rewind?: BadStep
}

export function stepsBatch(rows: readonly StepMetrics[]): RecordBatch<Steps> {
  const integers = (of: (row: StepMetrics) => number) => int32Column(Int32Array.from(rows, of))
  const floats = (of: (row: StepMetrics) => number) => float64Column(Float64Array.from(rows, of))
  const children = [
    integers(row => row.step),
    floats(row => row.loss),
    integers(row => row.tokens),
    floats(row => row.lr),
    floats(row => row.gradNorm),
    floats(row => row.seconds),
  ]
  const type = new Struct<Steps>(stepsSchema.fields)
  return new RecordBatch(stepsSchema, makeData({ type, length: rows.length, nullCount: 0, children }))
}
