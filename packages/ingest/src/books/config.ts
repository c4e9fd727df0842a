import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { z } from 'zod'
import { filesConfig, placed } from '../source/options.ts'
import { books } from './books.ts'

const config = z.strictObject({
  ...filesConfig,
  chapters: z.boolean().default(false).describe('one document per chapter instead of per book'),
  unwrap: z.boolean().default(false).describe('join hard-wrapped lines to paragraphs'),
})

/** `{ "use": "books", "path": "corpora/books" }` */
export const booksKind: Kind<'source', z.output<typeof config>, Source<Documents>, BuildContext> = {
  kind: 'source',
  use: 'books',
  summary: 'books in plain text and EPUB, without the header and footer of Project Gutenberg',
  config,
  build: (config, context) => books({ ...config, ...placed(context) }),
}
