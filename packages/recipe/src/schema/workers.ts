import { z } from 'zod'

/** How many threads: a number, or one for each core. */
export const workers = z.union([z.int().min(0), z.literal('auto')], {
  error: 'expected a whole number from 0 on, or "auto"',
})
