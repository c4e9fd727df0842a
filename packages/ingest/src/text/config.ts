import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { filesConfig, placed } from '../source/options.ts'
import { text } from './text.ts'

const config = z.strictObject({
  ...filesConfig,
  documents: z
    .enum(['file', 'paragraph', 'line'])
    .default('file')
    .describe('what a document is: a whole file, what stands between blank lines, or a line'),
})

/** `{ "use": "text", "path": "notes/*.txt" }` */
export const textKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'text',
  summary: 'plain text files',
  config,
  build: (config, context) => text({ ...config, ...placed(context) }),
}
