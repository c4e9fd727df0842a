import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { columnsConfig } from '../jsonl/config.ts'
import { pathConfig, placed } from '../source/options.ts'
import { arrow } from './arrow.ts'

const config = z.strictObject({
  ...pathConfig,
  columns: columnsConfig,
  metadata: z.boolean().default(true).describe('whether columns that are mapped to nothing are read, as metadata'),
  onError: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('what a row without text, or a record batch that is damaged, does'),
})

/** `{ "use": "arrow", "path": "corpora/*.arrow" }` */
export const arrowKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'arrow',
  summary: 'Arrow IPC files and streams: one row a document',
  config,
  build: (config, context) => arrow({ ...config, ...placed(context) }),
}
