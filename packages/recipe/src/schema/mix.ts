import { z } from 'zod'

export const mixSchema = z.strictObject({
  unit: z.enum(['bytes', 'documents']).default('bytes').describe('What the weights of the sources count.'),
  epochs: z
    .int()
    .positive()
    .optional()
    .describe('How often to go through the sources. Left out: as often as the training steps need.'),
})
