import type { BuildContext, RunEvent } from '@sluice/pipeline'
import { z } from 'zod'

/** What every source of files can be told. */
export interface FilesOptions {
  /** Names the source in documents, cursors and messages. Default: the factory's name. */
  readonly id?: string
  /** File, directory, glob or `npm:<package>/<file>`, or a list of these. Gzip is seen by content. */
  readonly path: string | readonly string[]
  /** What relative paths are relative to. Default: the working directory. */
  readonly baseDir?: string
  /** `'auto'` or a label of the WHATWG Encoding Standard. Default `'auto'`. */
  readonly encoding?: string
  /** Bytes of UTF-8 over which a document travels as parts. Default `maxDocumentBytes` of the documents schema. */
  readonly maxDocumentBytes?: number
  /** Takes warnings and notes: text that is not valid UTF-8, lines skipped. Default: nobody hears them. */
  readonly emit?: (event: RunEvent) => void
}

/** The same in a config. */
export const filesConfig = {
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'file, directory, glob or npm:<package>/<file>, or a list of these; relative to the folder of this config',
    ),
  encoding: z
    .string()
    .default('auto')
    .describe('"auto", or a label such as "utf-8", "windows-1252", "gb18030" when the guess is wrong'),
}

/** What a run tells every source of files that it builds. */
export function placed(context: BuildContext): Pick<FilesOptions, 'id' | 'baseDir' | 'emit'> {
  return { id: context.id, baseDir: context.baseDir, emit: event => context.emit(event) }
}
