import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { columnsConfig } from '../jsonl/config.ts'
import { pathConfig, placed } from '../source/options.ts'
import { parquet } from './parquet.ts'

const config = z.strictObject({
  ...pathConfig,
  columns: columnsConfig,
  metadata: z.boolean().default(true).describe('whether columns that are mapped to nothing are read, as metadata'),
  onError: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('what a row without text, or a row group that is damaged, does'),
})

/** `{ "use": "parquet", "path": "corpora/*.parquet" }` */
export const parquetKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'parquet',
  summary: 'Parquet: one row a document',
  config,
  build: (config, context) => parquet({ ...config, ...placed(context) }),
}
