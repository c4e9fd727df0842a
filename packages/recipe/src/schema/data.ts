import { byteSize } from '@sluice/pipeline'
import { z } from 'zod'

export const evaluationSchema = z.strictObject({
  share: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.02)
    .describe('Share of the text that is held out of training and measured on. 0: no evaluation.'),
  by: z
    .enum(['document', 'tail'])
    .default('document')
    .describe('Hold out whole documents, or, for few long ones, the tail of each.'),
  tokens: z.int().positive().default(100_000).describe('The evaluation set holds at most so many tokens.'),
})

export const dataSchema = z.strictObject({
  blockSize: z.int().min(2).default(128).describe('Context length: tokens in a row that the model sees at once.'),
  batchSize: z.int().positive().default(16).describe('Blocks in a training step.'),
  shuffle: byteSize()
    .default(16_000_000)
    .describe('Memory in which blocks are shuffled, such as "64MB". 0: in the order of the text.'),
  evaluation: evaluationSchema.prefault({}).describe('What is held out to measure on.'),
})
