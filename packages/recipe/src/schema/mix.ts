import { byteSize } from '@sluice/pipeline'
import { z } from 'zod'

export const mixSchema = z.strictObject({
  unit: z
    .enum(['bytes', 'documents', 'tokens'])
    .default('bytes')
    .describe(
      'What the weights of the sources count: bytes of text, documents, or tokens. For tokens each source is refined and tokenized by itself: "dedup" and "minhash" then look for copies within each source only, and "rejects": "r.jsonl" is a file for each source, "r.<id>.jsonl".',
    ),
  frame: byteSize()
    .optional()
    .describe('Text a source gives at least before the next one’s turn: shares are as exact. Left out: 32 KiB.'),
  epochs: z
    .int()
    .positive()
    .optional()
    .describe('How often to go through the sources. Left out: as often as the training steps need.'),
})
