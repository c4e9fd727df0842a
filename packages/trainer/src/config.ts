import { byteSize } from '@sluice/pipeline'
import { z } from 'zod'
import { badStepPolicies } from './bad-step.ts'
import { scheduleKinds } from './schedule.ts'

/** The `train` section of a config. */
export const trainConfig = z.strictObject({
  backend: z
    .enum(['auto', 'tensorflow', 'native', 'wasm', 'cpu'])
    .default('auto')
    .describe('what computes; auto takes the fastest that is there'),
  precision: z.enum(['f32', 'bf16']).default('f32').describe('of matrix products, where the backend has a choice'),
  threads: z.int().min(1).optional().describe('default: one per core'),
  gpu: z
    .strictObject({
      memory: byteSize().optional().describe('the most that is taken of its memory; default: it grows as needed'),
      tf32: z.boolean().default(true).describe('f32 products may round their factors to TensorFloat-32'),
    })
    .prefault({})
    .describe('where TensorFlow has a GPU'),
  steps: z.int().min(1).describe('optimizer steps'),
  learningRate: z.number().positive().default(6e-4).describe('highest learning rate, reached after the warm-up'),
  minLearningRate: z
    .number()
    .min(0)
    .optional()
    .describe('learning rate of the last step; default: a tenth of learningRate'),
  warmup: z.int().min(0).default(0).describe('steps over which the learning rate rises linearly'),
  schedule: z
    .enum(scheduleKinds)
    .default('cosine')
    .describe('how the learning rate falls after the warm-up; wsd: stays, and falls at the end'),
  decayShare: z.number().gt(0).max(1).default(0.2).describe('of wsd: share of the steps over which the rate falls'),
  accumulate: z
    .int()
    .min(1)
    .default(1)
    .describe('batches whose gradients make one step: as a batch so many times larger, in the memory of one'),
  recompute: z
    .boolean()
    .default(false)
    .describe('blocks are computed again in the backward pass: less memory, a third more time'),
  weightDecay: z.number().min(0).default(0.1).describe('decoupled decay of matrices, embeddings among them'),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.9, 0.95])
    .describe('decay of the two AdamW moments'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second AdamW moment'),
  packing: z
    .strictObject({
      isolate: z.boolean().default(false).describe('tokens see those of their own document only'),
      restart: z.boolean().default(false).describe('positions begin anew with each document'),
    })
    .prefault({})
    .describe('what the model is told of documents packed into one block'),
  clip: z.number().min(0).default(1).describe('highest global norm of the gradient; 0 does not clip'),
  onBadStep: z
    .enum(badStepPolicies)
    .default('stop')
    .describe(
      'when the loss or gradient is not finite, or the loss a spike; skip: the weights stay as they are; rewind: they and the optimizer become those of the last checkpoint, and the steps since count as skipped',
    ),
  maxBadSteps: z
    .int()
    .min(0)
    .default(10)
    .describe('so many in a row are skipped, or rewinds go to the same checkpoint; one more stops the run'),
  spike: z
    .number()
    .gt(1)
    .optional()
    .describe('a loss above so many times its running mean is a spike; default: none is'),
  blame: z.boolean().default(false).describe('the loss of each document of each step is kept, for pipeline blame'),
  tensorboard: z.boolean().default(false).describe('metrics are written as TensorBoard event files, too'),
  evaluateEvery: z.int().min(1).optional().describe('steps between evaluations; default: at the start and the end'),
  patience: z
    .int()
    .min(1)
    .optional()
    .describe('so many evaluations in a row without a new best end the run; needs evaluateEvery; default: none do'),
  sampleEvery: z.int().min(1).optional().describe('steps between samples of text; default: none'),
  sample: z
    .strictObject({
      prompt: z.string().default('').describe('what samples continue; empty: the beginning of a document'),
      tokens: z.int().min(1).default(64).describe('length of a sample'),
      temperature: z.number().min(0).default(0.8).describe('0 always takes the likeliest token'),
      topK: z.int().min(1).optional().describe('choose among so many likeliest tokens; default: all'),
      topP: z
        .number()
        .positive()
        .max(1)
        .optional()
        .describe('choose among the likeliest tokens that hold this share of probability; default: all'),
    })
    .prefault({})
    .describe('how samples are generated'),
})

export type TrainConfig = z.infer<typeof trainConfig>
