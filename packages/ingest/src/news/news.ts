import type { Documents, Json, Source } from '@sluice/pipeline'
import { extractors } from '../html/pool.ts'
import { jsonlReader } from '../jsonl/jsonl.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { feedReader } from './feed.ts'
import { formatOf } from './format.ts'
import { type NewsFormat, type NewsOptions, type NewsSettings, newsSettings } from './options.ts'
import { pageReader } from './page.ts'
import { warcReader } from './warc.ts'

/**
 * News as it is archived: WARC files (Common Crawl's, their WET files too), RSS and Atom feeds, web pages, and JSON Lines in the
 * columns of CC-News. Of a page the article is kept, by Mozilla's Readability; navigation, comments and the like go.
 *
 * @throws DataError for a record that is broken, unless `onError` is `'skip'`, and for a file that is cut short
 */
export function news(options: NewsOptions): Source<Documents> {
  const settings = newsSettings(options)
  return filesSource({ ...settings, extensions, read: newsReader(settings) })
}

const extensions = ['.warc', '.wet', '.rss', '.atom', '.rdf', '.xml', '.html', '.htm', '.xhtml', '.jsonl', '.ndjson']

function newsReader(settings: NewsSettings): FormatReader<Json> {
  const open = extractors(settings)
  const readers: Record<NewsFormat, FormatReader<any>> = {
    warc: warcReader(settings, open),
    feed: feedReader(settings),
    html: pageReader(settings, open),
    jsonl: jsonlReader({ ...settings, maxLineBytes: settings.maxRecordBytes }),
  }
  return async function* read(file, from, context) {
    const format = settings.format === 'auto' ? await formatOf(file) : settings.format
    yield* readers[format](file, from, context)
  }
}
