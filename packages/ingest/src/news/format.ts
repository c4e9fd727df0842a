import { DataError } from '@sluice/pipeline'
import { peekReader } from '../bytes/peek.ts'
import { decodeLabelled } from '../html/charset.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { openPlaced } from '../warc/open.ts'
import type { NewsFormat } from './options.ts'

/** Bytes of a file's beginning that tell what it is. */
const headBytes = 4096

/** What a file of news is, by how it begins. @throws DataError */
export async function formatOf(file: CorpusFile): Promise<NewsFormat> {
  const reader = peekReader((await openPlaced(file)).reader)
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.from(await reader.peek(headBytes))
    // A fault before the first byte is the file's own.
    if (bytes.length === 0) await reader.read(new Uint8Array(1))
  } finally {
    await reader.close()
  }
  const head = decodeLabelled(bytes).trimStart()
  if (head.startsWith('WARC/')) return 'warc'
  if (head.startsWith('{')) return 'jsonl'
  const markup = head.replace(/<!--[\s\S]*?(?:-->|$)|<[?!][^>]*(?:>|$)/g, '').trimStart()
  if (/^<mediawiki[\s>]/.test(markup)) {
    throw new DataError('it is an export of MediaWiki', { file: file.name, advice: 'read it with "use": "wiki"' })
  }
  const feed = /^<(?:rss|feed|rdf:RDF|\w+:feed)[\s>]/i.test(markup)
  if (feed || /<!doctype (?:rss|feed|rdf:RDF)\b/i.test(head)) return 'feed'
  if (/^<|<html|<body|<div|<p>/i.test(head)) return 'html'
  if (head === '') return 'jsonl'
  throw new DataError('it is neither a WARC, a feed, JSON Lines nor a web page', {
    file: file.name,
    place: 'byte 0',
    advice: 'leave it out of "path", or set "format"',
  })
}
