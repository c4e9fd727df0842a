import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { columnsConfig } from '../jsonl/config.ts'
import { filesConfig, placed } from '../source/options.ts'
import { csv } from './csv.ts'

/** How the fields of a file are told apart, in a config. */
export const dialectConfig = {
  separator: z
    .string()
    .min(1)
    .default('auto')
    .describe('"auto", or the character between fields: ",", "\\t", ";", "|"'),
  header: z.boolean().default(true).describe('whether the first record names the columns; else they are "1", "2", …'),
}

const config = z.strictObject({
  ...filesConfig,
  columns: columnsConfig,
  ...dialectConfig,
  onError: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('what a row of more or fewer fields than the first, or without text, does'),
})

/** `{ "use": "csv", "path": "corpora/*.csv" }` */
export const csvKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'csv',
  summary: 'CSV and TSV: one row a document',
  config,
  build: (config, context) => csv({ ...config, ...placed(context) }),
}
