import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { filesConfig, placed } from '../source/options.ts'
import { jsonl } from './jsonl.ts'

const column = z.string().min(1)

/** Which columns hold what, in a config. */
export const columnsConfig = z
  .strictObject({
    text: z.union([column, z.array(column).min(1)]).describe('several are joined by a blank line'),
    id: column.describe('identity of the document'),
    url: column.describe('where it came from'),
    created: column.describe('when it was written'),
    lang: column.describe('its language'),
  })
  .partial()
  .default({})
  .describe('columns by name or dotted path ("meta.url"), where they do not have one of the usual names')

const config = z.strictObject({
  ...filesConfig,
  columns: columnsConfig,
  onError: z.enum(['error', 'skip']).default('error').describe('what a line that is no record, or has no text, does'),
})

/** `{ "use": "jsonl", "path": "corpora/*.jsonl.gz", "columns": { "text": "story.body" } }` */
export const jsonlKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'jsonl',
  summary: 'JSON Lines: one object with a text a line',
  config,
  build: (config, context) => jsonl({ ...config, ...placed(context) }),
}
