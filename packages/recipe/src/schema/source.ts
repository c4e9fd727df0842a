import { byteSize } from '@sluice/pipeline'
import { type ZodRawShape, z } from 'zod'

const quantity = (what: string) =>
  z
    .union([
      z.int().positive(),
      z.strictObject({ documents: z.int().positive().describe('So many documents.') }),
      z.strictObject({ bytes: byteSize().describe('So much text, such as "10MB".') }),
    ])
    .optional()
    .describe(`${what}: a number of documents, { "documents": 1000 } or { "bytes": "10MB" }. Documents stay whole.`)

/** What every source takes, beside what its kind says. */
export const sourceKeys: ZodRawShape = {
  id: z.string().min(1).optional().describe('Name of this source in cursors and reports. Left out: the kind.'),
  weight: z.number().positive().default(1).describe('Share of this source in the mix, relative to the others.'),
  epochs: z
    .int()
    .positive()
    .optional()
    .describe('How often to go through this source at most. Left out: as mix.epochs says.'),
  shard: z
    .strictObject({
      index: z.int().min(0).describe('Which part, from 0.'),
      count: z.int().positive().describe('How many parts there are.'),
    })
    .refine(({ index, count }) => index < count, { error: 'expected an index below the count', path: ['index'] })
    .optional()
    .describe('Reads one of several parts, told by a hash of the document’s id: for as many processes.'),
  skip: quantity('Leaves out the first documents (of the shard)'),
  take: quantity('Reads only the first documents (after those skipped)'),
}
