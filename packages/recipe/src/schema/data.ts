import { byteSize } from '@sluice/pipeline'
import { z } from 'zod'
import { workers } from './workers.ts'

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

const share = z.number().min(0).max(1)

export const maskSchema = z.strictObject({
  share: share.gt(0).lt(1).default(0.15).describe('Share of the tokens that are to be foretold.'),
  maskShare: share.default(0.8).describe('Of these, the share that the model sees as the mask token.'),
  randomShare: share.default(0.1).describe('Of these, the share that it sees as some other token. The rest it sees.'),
  wholeWords: z.boolean().default(false).describe('All pieces of a word are to be foretold together, or none.'),
  workers: workers.optional().describe('Threads that mask; "auto": one for each core. Left out: none of its own.'),
})

export const packSchema = z.strictObject({
  fit: z
    .enum(['stream', 'documents'])
    .default('stream')
    .describe('Documents end to end, cut where a row is full; or whole documents in rows, by best fit.'),
  gaps: z
    .enum(['split', 'crop', 'pad'])
    .default('split')
    .describe(
      'With "documents": what fills a row that no document fits into. A part of one, whose rest is kept or thrown away; or nothing.',
    ),
  window: z
    .int()
    .positive()
    .default(1_048_576)
    .describe('With "documents": tokens that are fitted together, 16 bytes each.'),
})

export const cacheSchema = z.strictObject({
  dir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder that several runs may share, relative to that of this config. Left out: one in the run’s folder.',
    ),
  limit: byteSize()
    .optional()
    .describe('Its shards take at most so much room, such as "20GB"; those unused longest go. Left out: no limit.'),
})

export const dataSchema = z.strictObject({
  blockSize: z.int().min(2).default(128).describe('Context length: tokens in a row that the model sees at once.'),
  batchSize: z.int().positive().default(16).describe('Blocks in a training step.'),
  pack: packSchema.prefault({}).describe('How documents become rows.'),
  shuffle: byteSize()
    .default(16_000_000)
    .describe('Memory in which blocks are shuffled, such as "64MB". 0: in the order of the text.'),
  cache: cacheSchema
    .optional()
    .describe(
      'Keeps the tokens on disk: refined and tokenized once, read by later epochs, resumes and runs. {} is enough.',
    ),
  mask: maskSchema.prefault({}).describe('What a model of masked tokens is asked for. Others do not use it.'),
  evaluation: evaluationSchema.prefault({}).describe('What is held out to measure on.'),
})
