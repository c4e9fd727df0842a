import type { DocumentRow } from '@sluice/pipeline'
import type { Extractor } from '../html/extract.ts'
import { timestampOf } from '../jsonl/timestamp.ts'
import { badRecords } from '../source/bad-records.ts'
import { breather } from '../source/breathe.ts'
import type { FormatReader, ReaderContext } from '../source/files-source.ts'
import { inOrder } from '../source/in-order.ts'
import type { Reason } from '../source/left-out.ts'
import { documentBatches, type WholeDocument } from '../source/rows.ts'
import { openPlaced } from '../warc/open.ts'
import type { Place } from '../warc/place.ts'
import type { WarcRecord } from '../warc/record.ts'
import { placeName, warcRecords } from '../warc/records.ts'
import type { NewsSettings } from './options.ts'
import { isWanted, type Payload, payloadOf, whyLeftOut } from './payload.ts'
import { titled } from './text.ts'

/** A place in a WARC file: of a record, and parts of its document that have gone out. */
export type WarcPosition = Place & { readonly parts?: number }

const largeRecord = ['record over its limit', 'records over their limit'] as const

/** What became of a record: its document or why there is none. */
interface Made {
  readonly document?: WholeDocument<Place>
  readonly leftOut?: Reason | string
  readonly next: Place
  readonly place: Place
}

/** Documents of the records of a WARC file that hold text. */
export function warcReader(settings: NewsSettings, extractors: () => Extractor): FormatReader<WarcPosition> {
  const { onError, maxDocumentBytes, maxRecordBytes } = settings
  return async function* read(file, from, context) {
    const { reader, at } = await openPlaced(file, from)
    const extractor = extractors()
    const breathe = breather()
    const onBad = badRecords(file, context, onError, 'fetch the file again')
    let skip = from?.parts ?? 0
    try {
      const records = warcRecords(reader, at, {
        file: file.name,
        limit: maxRecordBytes,
        wanted: isWanted,
        onBad: (message, place, cause) => onBad(message, placeName(place), cause),
        onLarge: () => context.leaveOut(largeRecord),
      })
      for await (const made of inOrder(records, extractor.parallel, record => make(record, context))) {
        await breathe()
        if (made.document) {
          yield* documentBatches(made.document, maxDocumentBytes, skip)
        } else {
          if (typeof made.leftOut === 'string') onBad(made.leftOut, placeName(made.place))
          else context.leaveOut(made.leftOut!)
          yield { rows: [], bytes: 0, position: made.next }
        }
        skip = 0
      }
    } finally {
      await reader.close()
      await extractor.close()
    }

    function make(record: WarcRecord, { id }: ReaderContext): Made | Promise<Made> {
      const { place, next } = record
      const failed = (error: unknown): Made => ({ leftOut: whyLeftOut(error), place, next })
      try {
        const payload = payloadOf(record, settings, extractor)
        const done = (found: Payload): Made => {
          return { document: { row: rowOf(record, found, id, file.name), here: place, next }, place, next }
        }
        return payload instanceof Promise ? payload.then(done).catch(failed) : done(payload)
      } catch (error) {
        return failed(error)
      }
    }
  }

  function rowOf({ fields, place }: WarcRecord, payload: Payload, source: string, file: string): DocumentRow {
    const { text, title, lang, metadata } = payload
    return {
      id: fields.get('warc-record-id') ?? `${file}#${placeName(place)}`,
      text: titled(text, title, settings.titles),
      source,
      // Some writers put it in angle brackets, as the first edition of the standard shows it.
      url: fields.get('warc-target-uri')?.replace(/^<(.*)>$/, '$1'),
      created: timestampOf(fields.get('warc-date')),
      lang,
      metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    }
  }
}
