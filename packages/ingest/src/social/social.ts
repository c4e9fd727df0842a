import type { Documents, Json, Source } from '@sluice/pipeline'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { collectionReader } from './collection.ts'
import { linesReader } from './lines.ts'
import { layoutOf, type SocialLayout } from './open.ts'
import { type SocialOptions, type SocialSettings, socialSettings } from './options.ts'

/**
 * Posts of social networks: comments and posts of Reddit as NDJSON, one object a line; outboxes of ActivityPub and exports of Mastodon
 * (`outbox.json`, or the archive that it is in); lists of statuses and tweets. Posts that were deleted, removed, repeated from others or
 * not public are left out and counted. Markdown and HTML become plain text, names of users go, unless told otherwise.
 *
 * @throws DataError for a record that is no post, unless `onError` is `'skip'`, and for a file that is cut short
 */
export function social(options: SocialOptions): Source<Documents> {
  const settings = socialSettings(options)
  return filesSource({ ...settings, extensions, read: socialReader(settings) })
}

const extensions = ['.jsonl', '.ndjson', '.json', '.js', '.tar', '.tgz', '.zip']

function socialReader(settings: SocialSettings): FormatReader<Json> {
  const readers: Record<SocialLayout, FormatReader<any>> = {
    lines: linesReader(settings),
    collection: collectionReader(settings),
  }
  return async function* read(file, from, context) {
    yield* readers[await layoutOf(file)](file, from, context)
  }
}
