import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { pathConfig, placed } from '../source/options.ts'
import { wiki } from './wiki.ts'

const config = z.strictObject({
  ...pathConfig,
  namespaces: z
    .array(z.int())
    .min(1)
    .default([0])
    .describe('numbers of the namespaces whose pages are read; 0 has the articles, 14 the categories'),
  redirects: z.boolean().default(false).describe('read pages that only lead to another'),
  disambiguations: z.boolean().default(false).describe('read lists of pages of the same name'),
  tables: z
    .enum(['drop', 'cells'])
    .default('drop')
    .describe("tables leave nothing, or their cells' text, a row a line"),
  captions: z.boolean().default(false).describe('keep the captions of pictures'),
  headings: z.boolean().default(true).describe('keep the headings of sections that have text'),
  onError: z.enum(['error', 'skip']).default('error').describe('what a page that cannot be read does'),
  threads: z
    .int()
    .min(0)
    .optional()
    .describe('threads that unpack and read pages; by default one for each core, 8 at most; 0: none beside the reader'),
})

/** `{ "use": "wiki", "path": "dumps/enwiki-*-pages-articles-multistream.xml.bz2" }` */
export const wikiKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'wiki',
  summary: "Wikipedia's dumps and other MediaWiki XML exports, as plain text",
  config,
  build: ({ threads, ...config }, context) =>
    wiki({ ...config, ...(threads === undefined ? {} : { threads }), ...placed(context) }),
}
