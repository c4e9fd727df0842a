import type { BuildContext, Documents, Kind, Source } from '@sluice/pipeline'
import { arrowKind } from './arrow/config.ts'
import { booksKind } from './books/config.ts'
import { csvKind } from './csv/config.ts'
import { filesKind } from './files/config.ts'
import { jsonlKind } from './jsonl/config.ts'
import { newsKind } from './news/config.ts'
import { parquetKind } from './parquet/config.ts'
import { socialKind } from './social/config.ts'
import { textKind } from './text/config.ts'
import { wikiKind } from './wiki/config.ts'

/** What a config's `sources` can use. */
export const ingestKinds: readonly Kind<'source', any, Source<Documents>, BuildContext>[] = [
  arrowKind,
  booksKind,
  csvKind,
  filesKind,
  jsonlKind,
  newsKind,
  parquetKind,
  socialKind,
  textKind,
  wikiKind,
]
