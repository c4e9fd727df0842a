import type { Readable } from 'node:stream'
import { type BuildContext, maxDocumentBytes, type RunEvent } from '@sluice/pipeline'
import { z } from 'zod'
import { type HttpOptions, httpConfig } from '../http/settings.ts'

/** What every source of files can be told. */
export interface FilesOptions {
  /** Names the source in documents, cursors and messages. Default: the factory's name. */
  readonly id?: string
  /**
   * File, directory, glob, `npm:<package>/<file>`, address of http: or https:, or `-` for standard input; or a list of these. Packing
   * is seen by content.
   */
  readonly path: string | readonly string[]
  /** What relative paths are relative to. Default: the working directory. */
  readonly baseDir?: string
  /** `'auto'` or a label of the WHATWG Encoding Standard. Default `'auto'`. */
  readonly encoding?: string
  /** Bytes of UTF-8 over which a document travels as parts. Default `maxDocumentBytes` of the documents schema. */
  readonly maxDocumentBytes?: number
  /** Bytes of text over which a frame is closed; one document or part may be more. Default 1 MiB. */
  readonly frameBytes?: number
  /** How files are fetched from servers. */
  readonly http?: HttpOptions
  /** Folder where standard input is written down as it is read, so that it can be read again. Default: a file of its own, gone at the end. */
  readonly scratchDir?: string | undefined
  /** What `-` stands for. Default `process.stdin`. */
  readonly stdin?: Readable | undefined
  /** Takes warnings: text that is not valid UTF-8, the first line skipped in a file. Default: nobody hears them. */
  readonly emit?: (event: RunEvent) => void
}

/** The options that every source of files passes on, with their defaults. */
export function filesDefaults(options: FilesOptions, id: string): Required<Omit<FilesOptions, 'path'>> & FilesOptions {
  return {
    id,
    baseDir: process.cwd(),
    encoding: 'auto',
    maxDocumentBytes,
    frameBytes: 1024 * 1024,
    emit: () => {},
    scratchDir: undefined,
    stdin: undefined,
    http: {},
    ...options,
  }
}

/** Bytes of text that are read at a time: a quarter of a frame, so that frames are well filled. */
export function pieceBytes({ frameBytes }: { readonly frameBytes: number }): number {
  return Math.max(1, frameBytes >> 2)
}

/** Where files are and how they come, in a config. */
export const pathConfig = {
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'file, directory, glob, npm:<package>/<file>, http(s) address, or "-" for standard input; or a list of these. Relative to the folder of this config',
    ),
  http: httpConfig,
}

/** The same, for formats that are text. */
export const filesConfig = {
  ...pathConfig,
  encoding: z
    .string()
    .default('auto')
    .describe('"auto", or a label such as "utf-8", "windows-1252", "gb18030" when the guess is wrong'),
}

/** What a run tells every source of files that it builds. */
export function placed(context: BuildContext): Pick<FilesOptions, 'id' | 'baseDir' | 'scratchDir' | 'emit'> {
  const { id, baseDir, scratchDir } = context
  return { id, baseDir, scratchDir, emit: event => context.emit(event) }
}
