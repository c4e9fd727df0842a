import {
  DataError,
  type DocumentRow,
  type Documents,
  documentsBatch,
  documentsSchema,
  type Frame,
  type Json,
  type RunEvent,
  SluiceError,
  type Source,
} from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'
import { resolvePath } from '../path/resolve.ts'
import { type FilePosition, startOf } from './position.ts'

/** Bytes of text after which a frame is closed. A single document or part may be larger. */
export const frameBytes = 1024 * 1024

/** Documents that a reader has made of the file so far. */
export interface Batch<P extends Json> {
  readonly rows: readonly DocumentRow[]
  /** Bytes of text in `rows`; an estimate will do. */
  readonly bytes: number
  /** Where to go on in this file after them. */
  readonly position: P
}

export interface ReaderContext {
  /** Id of the source. */
  readonly id: string
  readonly signal: AbortSignal
  warn(message: string): void
  /** Counts one of `what` ("bad lines") that gave no document; told in a note when the reading ends. */
  leaveOut(what: string): void
}

/** How one format is read: its documents from a place in one file on. */
export type FormatReader<P extends Json> = (
  file: CorpusFile,
  from: P | undefined,
  context: ReaderContext,
) => AsyncIterable<Batch<P>>

export interface FilesSourceOptions<P extends Json> {
  readonly id: string
  readonly path: string | readonly string[]
  readonly baseDir: string
  /** Names of files taken from a directory end so, or so and `.gz`. */
  readonly extensions: readonly string[]
  readonly read: FormatReader<P>
  readonly emit: (event: RunEvent) => void
}

/**
 * A source of documents from files, one after the other: what all formats have in common. Small documents share a frame.
 * The position is the file's name and the format's own place within it.
 */
export function filesSource<P extends Json>(options: FilesSourceOptions<P>): Source<Documents> {
  const { id, emit } = options
  return {
    id,
    schema: documentsSchema,
    replayable: true,
    async *read(from, signal) {
      const leftOut: LeftOut = {}
      const context: ReaderContext = {
        id,
        signal,
        warn: message => emit({ type: 'warning', stage: id, message }),
        leaveOut: what => {
          leftOut[what] = (leftOut[what] ?? 0) + 1
        },
      }
      try {
        yield* frames(options, from, context, leftOut)
      } catch (error) {
        // What lies below knows the file and not the source.
        if (error instanceof SluiceError && error.stage === undefined) Object.assign(error, { stage: id })
        throw error
      } finally {
        const message = told(leftOut)
        if (message !== '') emit({ type: 'note', stage: id, message, values: { ...leftOut } })
      }
    },
  }
}

type LeftOut = Record<string, number>

const told = (leftOut: LeftOut): string => {
  const counts = Object.entries(leftOut).map(([what, count]) => `${count} ${what}`)
  return counts.length === 0 ? '' : `left out: ${counts.join(', ')}`
}

async function* frames<P extends Json>(
  options: FilesSourceOptions<P>,
  from: Json | undefined,
  context: ReaderContext,
  leftOut: LeftOut,
): AsyncGenerator<Frame<Documents>, void, undefined> {
  const { id, signal } = context
  const files = await resolvePath(options)
  const start = startOf<P>(from, files)
  let rows: DocumentRow[] = []
  let bytes = 0
  let position: FilePosition<P> | undefined
  let documents = 0

  const frame = (): Frame<Documents> => {
    const emitted = { batch: documentsBatch(rows), cursor: { [id]: position as Json }, seq: 0 }
    rows = []
    bytes = 0
    return emitted
  }

  for (let i = start.index; i < files.length; i++) {
    const file = files[i]!
    try {
      for await (const batch of options.read(file, i === start.index ? start.at : undefined, context)) {
        if (signal.aborted) return
        if (rows.length > 0 && bytes + batch.bytes > frameBytes) yield frame()
        if (batch.rows.length > 0) {
          for (const row of batch.rows) rows.push(row)
          documents += batch.rows.length
          bytes += batch.bytes
        }
        position = { file: file.name, at: batch.position }
        if (bytes >= frameBytes) yield frame()
        if (signal.aborted) return
      }
    } catch (error) {
      // What was read before the fault is whole.
      if (rows.length > 0) yield frame()
      throw error
    }
    position = { file: file.name, done: true }
  }
  if (rows.length > 0) yield frame()
  if (documents === 0 && from === undefined && !signal.aborted) throw empty(options.path, files, told(leftOut))
}

function empty(path: string | readonly string[], files: readonly CorpusFile[], leftOut: string): DataError {
  const what = files.length === 1 ? 'the file has no text' : `none of its ${files.length} files has text`
  return new DataError(`there is no document in it: ${leftOut || what}`, {
    file: [path].flat().join(', '),
    advice: 'point "path" at files with text in them',
  })
}
