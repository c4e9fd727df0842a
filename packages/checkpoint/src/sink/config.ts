import { z } from 'zod'

/** The `checkpoint` part of a config. */
export const checkpointConfig = z.strictObject({
  every: z.int().positive().default(200).describe('steps from one checkpoint to the next'),
  keep: z.int().positive().default(3).describe('how many of the last checkpoints are kept'),
  keepBest: z
    .boolean()
    .default(false)
    .describe('the step of the best evaluation is written and stays, beside the last ones'),
  early: z
    .array(z.int().positive())
    .default([10, 100, 1000])
    .describe('steps of which the weights are kept for good, beside step 0'),
  formats: z
    .array(z.enum(['safetensors', 'parquet']))
    .min(1)
    .default(['safetensors'])
    .describe('files the weights are written as'),
})

export type CheckpointConfig = z.infer<typeof checkpointConfig>
