import { z } from 'zod'

/** Parameters that several questions take. */
export const step = z.int().min(0).optional()
export const text = z.string().max(10_000_000)
/** How many of something at most. */
export const limit = (most: number) => z.int().min(1).max(most).optional()
