import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { filesConfig, placed } from '../source/options.ts'
import { social } from './social.ts'

const config = z.strictObject({
  ...filesConfig,
  threads: z.boolean().default(false).describe("join Reddit's comments under their posts: one document per thread"),
  markup: z.enum(['plain', 'keep']).default('plain').describe('make plain text of Markdown and HTML, or keep them'),
  links: z.enum(['keep', 'mask', 'drop']).default('keep').describe('web addresses: kept, "[link]", or gone'),
  users: z
    .enum(['mask', 'keep'])
    .default('mask')
    .describe('names of users: "@user" and "u/user", and authors left out; or kept'),
  onError: z.enum(['error', 'skip']).default('error').describe('what a record that is no post does'),
})

/** `{ "use": "social", "path": "reddit/RC_*.jsonl.gz", "threads": true }` */
export const socialKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'social',
  summary: 'posts of Reddit (NDJSON), Mastodon and ActivityPub (exports, outboxes) and X',
  config,
  build: (config, context) => social({ ...config, ...placed(context) }),
}
