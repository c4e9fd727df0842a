import { DataError, type DocumentRow } from '@sluice/pipeline'
import { openBytes } from '../bytes/open.ts'
import { feedDate } from '../feeds/dates.ts'
import type { FeedItem } from '../feeds/item.ts'
import { type FeedParser, feedParser } from '../feeds/parser.ts'
import { labelledText } from '../html/charset.ts'
import { TooDeep } from '../html/elements.ts'
import { badRecords } from '../source/bad-records.ts'
import { breather } from '../source/breathe.ts'
import type { Batch, FormatReader } from '../source/files-source.ts'
import { documentBatches } from '../source/rows.ts'
import type { NewsSettings } from './options.ts'
import { titled } from './text.ts'

/** A place in a feed: items before it, and parts of the next one. Resuming reads the file again up to there. */
export type FeedPosition = { readonly items: number; readonly parts?: number }

const withoutText = ['item without text', 'items without text'] as const

/** The items of a feed as documents. */
export function feedReader(settings: NewsSettings): FormatReader<FeedPosition> {
  const { onError, maxDocumentBytes, maxRecordBytes: limit, titles } = settings
  return async function* read(file, from, context) {
    const { reader } = await openBytes(file)
    const parser = feedParser(limit)
    const breathe = breather()
    const onBad = badRecords(file, context, onError)
    const skip = from?.items ?? 0
    let items = 0
    let skipParts = from?.parts ?? 0

    function* batchesOf(found: readonly (FeedItem | undefined)[]): Generator<Batch<FeedPosition>, void, undefined> {
      for (const item of found) {
        const here = { items }
        items++
        if (items <= skip) continue
        const row = item && rowOf(item, `${file.name}#${items}`, context.id)
        if (item === undefined) onBad(`expected an item of at most ${limit} characters`, `item ${items}`)
        else if (row === undefined) context.leaveOut(withoutText)
        if (row) yield* documentBatches({ row, here, next: { items } }, maxDocumentBytes, skipParts)
        else yield { rows: [], bytes: 0, position: { items } }
        skipParts = 0
      }
    }
    function rowOf(item: FeedItem, id: string, source: string): DocumentRow | undefined {
      const text = titled(item.text, item.title, titles)
      if (text === '') return undefined
      const url = resolved(item.link, parser.head.link)
      return {
        id: item.id ?? url ?? id,
        text,
        source,
        url,
        created: feedDate(item.created),
        lang: item.lang ?? parser.head.lang,
        metadata: metadataOf(item, parser),
      }
    }

    try {
      for await (const text of labelledText(reader)) {
        yield* batchesOf(parser.write(text))
        await breathe()
      }
      const { items: last, cut } = parser.end()
      yield* batchesOf(last)
      if (!/^(rss|rdf|atom)$/.test(parser.root ?? '')) throw noFeed(file.name, parser.root)
      if (cut) throw cutShort(file.name, items)
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error
      throw new DataError(error.message, { file: file.name, place: `item ${items + 1}`, advice: 'leave the file out' })
    } finally {
      await reader.close()
    }
  }
}

function metadataOf({ title, author, categories }: FeedItem, { head }: FeedParser): DocumentRow['metadata'] {
  const told = { title, author, categories: categories.length > 0 ? categories : undefined, feed: head.title }
  const kept = Object.entries(told).filter(([, value]) => value !== undefined)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

function resolved(link: string | undefined, base: string | undefined): string | undefined {
  if (link === undefined || /^[a-z][a-z\d+.-]*:/i.test(link) || base === undefined) return link
  try {
    return new URL(link, base).href
  } catch {
    return link
  }
}

function noFeed(file: string, root: string | undefined): DataError {
  return new DataError(
    `expected <rss>, <rdf:RDF> or <feed>, found ${root === undefined ? 'no element' : `<${root}>`}`,
    {
      file,
      advice: 'leave the file out, or set "format"',
    },
  )
}

function cutShort(file: string, items: number): DataError {
  return new DataError('the feed is cut short: it ends inside an item', {
    file,
    place: `item ${items + 1}`,
    advice: 'fetch the file again',
  })
}
