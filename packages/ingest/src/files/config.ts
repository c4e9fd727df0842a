import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { dialectConfig } from '../csv/config.ts'
import { columnsConfig } from '../jsonl/config.ts'
import { filesConfig, placed } from '../source/options.ts'
import { files } from './files.ts'

const config = z.strictObject({
  ...filesConfig,
  columns: columnsConfig,
  ...dialectConfig,
  metadata: z
    .boolean()
    .default(true)
    .describe('whether columns of Parquet and Arrow that are mapped to nothing are read, as metadata'),
  documents: z.enum(['file', 'paragraph', 'line']).default('file').describe('what a document is in plain text'),
  onError: z.enum(['error', 'skip']).default('error').describe('what a record that is damaged or has no text does'),
})

/** `{ "use": "files", "path": "corpora" }` */
export const filesKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'files',
  summary: 'JSON (lines or a list), CSV, Parquet, Arrow and plain text, mixed: each file as what it is',
  config,
  build: (config, context) => files({ ...config, ...placed(context) }),
}
