import { defineSource } from '../contract/define-source.ts'
import type { Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { DataError } from '../errors.ts'
import {
  type DocumentRow,
  type Documents,
  documentsBatch,
  documentsSchema,
  maxDocumentBytes,
} from '../schemas/documents.ts'
import { checkedDocument, type GivenDocument } from './value.ts'

/** What a function that gives documents may know. */
export interface ReadContext {
  readonly id: string
  /** Where to go on: the `position` of the last document read by the run that is resumed; undefined: at the beginning. */
  readonly from: Json | undefined
  /** Aborted when no more documents are wanted. */
  readonly signal: AbortSignal
}

export type GivenDocuments = AsyncIterable<GivenDocument> | Iterable<GivenDocument>

export interface DocumentsSourceOptions {
  id: string
  /** Called once for each time the source is read. */
  read(context: ReadContext): GivenDocuments | Promise<GivenDocuments>
  /** Whether it gives the same documents in the same order each time. Default true. */
  replayable?: boolean
  /** For faults: where the function comes from. */
  file?: string
}

/** A frame is full with so much text or so many documents: a function of the documents alone. */
const frameBytes = 256 * 1024
const frameDocuments = 1024

/** Documents read; `from` is the last position given, and `skip` documents came after it. */
type OwnPosition = { readonly count: number; readonly skip: number; readonly from?: Json }

/**
 * A source from a function that gives documents: an array, a generator, an async generator. Where documents carry a `position`,
 * a resumed run hands the last one to the function; otherwise the function is read again from its beginning, and what was
 * given before is left out. Long texts travel as parts.
 *
 * @throws DataError, when read, for a value that is no document, naming its number
 */
export function documentsSource(options: DocumentsSourceOptions): Source<Documents> {
  const { id, file, replayable = true } = options
  return defineSource({
    id,
    schema: documentsSchema,
    replayable,
    async *read(start, signal) {
      const { count, skip, from } = (start ?? { count: 0, skip: 0 }) as OwnPosition
      const given: unknown = await options.read({ id, from, signal })
      if (!isIterable(given)) {
        throw new DataError('expected the function to give an iterable or async iterable of documents', {
          stage: id,
          ...(file === undefined ? {} : { file }),
          advice: 'write it as async function* and yield documents',
        })
      }
      let index = count - skip
      let latest = from
      let after = 0
      let rows: DocumentRow[] = []
      let bytes = 0
      const frame = () => {
        const position = { count: index, skip: after, ...(latest === undefined ? {} : { from: latest }) }
        const batch = documentsBatch(rows)
        rows = []
        bytes = 0
        return { batch, position }
      }
      for await (const value of given) {
        if (signal.aborted) return
        const row = checkedDocument(value, { stage: id, file, index })
        index++
        after++
        if (value.position !== undefined) {
          latest = value.position
          after = 0
        }
        if (index <= count) continue
        const parts = partsOf(row)
        for (const part of parts) rows.push(part)
        bytes += Buffer.byteLength(row.text, 'utf8')
        if (bytes >= frameBytes || rows.length >= frameDocuments) yield frame()
      }
      if (rows.length > 0) yield frame()
    },
  })
}

function isIterable(value: unknown): value is GivenDocuments {
  if (typeof value !== 'object' || value === null) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const partUnits = Math.floor(maxDocumentBytes / 3)

function partsOf(row: DocumentRow): DocumentRow[] {
  const { text } = row
  if (text.length <= partUnits) return [row]
  const parts: DocumentRow[] = []
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + partUnits)
    // Not between the halves of a character.
    if (to < text.length && /[\ud800-\udbff]/.test(text[to - 1]!)) to--
    parts.push({ ...row, text: text.slice(from, to), part: parts.length, last: to === text.length })
    from = to
  }
  return parts
}
