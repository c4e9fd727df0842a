import type { DocumentRow } from '@sluice/pipeline'
import { type JsonElement, jsonElements } from '../json/elements.ts'
import { BadRecord } from '../jsonl/records.ts'
import { badRecords } from '../source/bad-records.ts'
import { breather } from '../source/breathe.ts'
import type { FormatReader } from '../source/files-source.ts'
import { documentBatches } from '../source/rows.ts'
import { openCollection } from './open.ts'
import type { SocialSettings } from './options.ts'
import { withoutText } from './post.ts'
import { isPost, postOf } from './records.ts'
import { rowMaker } from './rows.ts'

/** A place in a list: elements before it, and parts of the next one. Resuming reads the file again up to there. */
export type CollectionPosition = { readonly items: number; readonly parts?: number }

/** Members of an ActivityStreams collection that hold its elements. */
const keys: ReadonlySet<string> = new Set(['orderedItems', 'items', 'statuses'])

/** Posts in a JSON list: an outbox, a page of an API, an archive of X; by itself or inside the tar or zip archive of an export. */
export function collectionReader(settings: SocialSettings): FormatReader<CollectionPosition> {
  const { onError, maxDocumentBytes, maxRecordBytes: limit } = settings
  const rows = rowMaker(settings)
  return async function* read(file, from, context) {
    const reader = await openCollection(file)
    const onBad = badRecords(file, context, onError)
    const breathe = breather()
    let items = 0
    let skipParts = from?.parts ?? 0
    try {
      for await (const element of jsonElements(reader, file.name, { keys, limit, of: 'posts' })) {
        const here = { items }
        items++
        if (items <= (from?.items ?? 0)) continue
        const row = rowOf(element)
        const next = { items }
        if (row) yield* documentBatches({ row, here, next }, maxDocumentBytes, skipParts)
        else yield { rows: [], bytes: 0, position: next }
        skipParts = 0
        await breathe()
      }
    } finally {
      await reader.close()
    }

    function rowOf({ json, byte }: JsonElement): DocumentRow | undefined {
      try {
        if (json === undefined) throw new BadRecord(`expected an element of at most ${limit} bytes`)
        const found = postOf(json)
        const row = isPost(found) ? rows.one(found, context.id) : undefined
        if (row === undefined) context.leaveOut(isPost(found) ? withoutText : found)
        return row
      } catch (error) {
        if (!(error instanceof BadRecord)) throw error
        onBad(error.message, `element ${items}, byte ${byte}`, error)
        return undefined
      }
    }
  }
}
