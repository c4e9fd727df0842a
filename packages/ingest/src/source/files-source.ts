import type { Readable } from 'node:stream'
import {
  DataError,
  type DocumentRow,
  type Documents,
  defineSource,
  documentsSchema,
  type Json,
  type RunEvent,
  SluiceError,
  type Source,
} from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { DocumentsBuilder } from '../build/documents-builder.ts'
import type { HttpOptions } from '../http/settings.ts'
import type { Version } from '../http/version.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { resolvePath } from '../path/resolve.ts'
import { FileStates } from './file-states.ts'
import { LeftOut, type Reason } from './left-out.ts'
import { type FilePosition, startOf } from './position.ts'

/** Documents that a reader has made of the file so far. A builder is the reader's own: valid until the next batch is asked for. */
export interface Batch<P extends Json> {
  readonly rows: readonly DocumentRow[] | DocumentsBuilder
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
  /** Counts one that gave no document; told in the summary of the run. */
  leaveOut(reason: Reason): void
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
  readonly frameBytes: number
  readonly http: HttpOptions
  /** Folder for what must be written down, and the stream that `-` stands for. */
  readonly scratchDir: string | undefined
  readonly stdin: Readable | undefined
  readonly emit: (event: RunEvent) => void
}

/**
 * A source of documents from files, one after the other: what all formats have in common. Small documents share a frame.
 * The position is the file's name and the format's own place within it.
 */
export function filesSource<P extends Json>(options: FilesSourceOptions<P>): Source<Documents> {
  const { id, emit } = options
  const heard = new Set<string>()
  // A run reads its sources several times (tokenizer, evaluation, epochs): the fullest reading tells what was left out.
  let fullest = new LeftOut()
  const states = new FileStates()
  // The same at every reading.
  const versions = new Map<string, Version>()
  const source = defineSource({
    id,
    schema: documentsSchema,
    async *read(from, signal) {
      const leftOut = new LeftOut()
      const context: ReaderContext = {
        id,
        signal,
        warn: message => {
          if (heard.has(message) || heard.size > 1000) return
          heard.add(message)
          emit({ type: 'warning', stage: id, message })
        },
        leaveOut: reason => {
          leftOut.add(reason)
          if (leftOut.total > fullest.total) fullest = leftOut
        },
      }
      try {
        const { warn } = context
        const files = await resolvePath({ ...options, signal, warn, versions })
        await states.complete(files)
        yield* batches({ ...options, states }, files, { from, context, leftOut })
      } catch (error) {
        // What lies below knows the file and not the source.
        if (error instanceof SluiceError && error.stage === undefined) Object.assign(error, { stage: id })
        throw error
      }
    },
  })
  return {
    ...source,
    files: async () => states.note(await resolvePath(options)),
    summary: () => (fullest.total === 0 ? undefined : fullest),
  }
}

interface Filled {
  readonly batch: RecordBatch<Documents>
  readonly position: Json
}

async function* batches<P extends Json>(
  options: FilesSourceOptions<P> & { readonly states: FileStates },
  files: readonly CorpusFile[],
  reading: { readonly from: Json | undefined; readonly context: ReaderContext; readonly leftOut: LeftOut },
): AsyncGenerator<Filled, void, undefined> {
  const { from, context, leftOut } = reading
  const { signal } = context
  const { frameBytes } = options
  const start = startOf<P>(from, files)
  const frame = new DocumentsBuilder()
  let bytes = 0
  let position: FilePosition<P> | undefined
  let documents = 0

  const filled = (): Filled => {
    bytes = 0
    return { batch: frame.take(), position: position as Json }
  }
  const add = ({ rows, bytes: more }: Batch<P>): void => {
    const before = frame.rows
    if (rows instanceof DocumentsBuilder) frame.appendAll(rows)
    else for (const row of rows) frame.append(row)
    if (frame.rows === before) return
    documents += frame.rows - before
    bytes += more
  }

  for (let i = start.index; i < files.length; i++) {
    const file = files[i]!
    try {
      await options.states.check(file, context.warn)
      for await (const batch of options.read(file, i === start.index ? start.at : undefined, context)) {
        if (signal.aborted) return
        if (frame.rows > 0 && bytes + batch.bytes > frameBytes) yield filled()
        add(batch)
        const version = file.version?.()
        position = { file: file.name, at: batch.position, ...(version === undefined ? {} : { version }) }
        if (bytes >= frameBytes) yield filled()
        if (signal.aborted) return
      }
    } catch (error) {
      // The file was not read to its end because nobody wants it.
      if (signal.aborted) return
      // What was read before the fault is whole.
      if (frame.rows > 0) yield filled()
      throw error
    }
    position = { file: file.name, done: true }
  }
  if (frame.rows > 0) yield filled()
  if (documents === 0 && from === undefined && !signal.aborted) throw empty(options.path, files, leftOut)
}

function empty(path: string | readonly string[], files: readonly CorpusFile[], leftOut: LeftOut): DataError {
  const what = files.length === 1 ? 'the file has no text' : `none of its ${files.length} files has text`
  return new DataError(`there is no document in it: ${leftOut.total === 0 ? what : leftOut.message}`, {
    file: [path].flat().join(', '),
    advice: 'point "path" at files with text in them',
  })
}
