import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { columnsConfig } from '../jsonl/config.ts'
import { pathConfig, placed } from '../source/options.ts'
import { news } from './news.ts'

const config = z.strictObject({
  ...pathConfig,
  format: z
    .enum(['auto', 'warc', 'feed', 'html', 'jsonl'])
    .default('auto')
    .describe('what the files are; "auto" looks at how each begins'),
  content: z.enum(['article', 'page']).default('article').describe('of a web page, the article in it or all its text'),
  titles: z.boolean().default(false).describe('begin each text with its title; else the title is only metadata'),
  columns: columnsConfig,
  threads: z
    .int()
    .min(0)
    .optional()
    .describe(
      'threads that extract articles; by default one less than the cores, 8 at most; 0: none beside the reader',
    ),
  onError: z.enum(['error', 'skip']).default('error').describe('what a record that cannot be read does'),
})

/** `{ "use": "news", "path": "crawl/*.warc.gz" }` */
export const newsKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'news',
  summary: 'web archives (WARC, WET), RSS and Atom feeds, web pages, CC-News in JSON Lines',
  config,
  build: ({ threads, ...config }, context) =>
    news({ ...config, ...(threads === undefined ? {} : { threads }), ...placed(context) }),
}
