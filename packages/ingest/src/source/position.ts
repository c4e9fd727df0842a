import { type Json, StateError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'

/** Where a source of files stands: within a file, or after it. */
export type FilePosition<P extends Json> =
  | { readonly file: string; readonly at: P; readonly version?: Json }
  | { readonly file: string; readonly done: true }

export interface Start<P> {
  /** The file to begin with. */
  readonly index: number
  readonly at: P | undefined
}

/** Finds a cursor's file among the files. It goes by the name, so files may have been added behind it. @throws StateError */
export function startOf<P extends Json>(from: Json | undefined, files: readonly CorpusFile[]): Start<P> {
  if (from === undefined) return { index: 0, at: undefined }
  const position = from as FilePosition<P>
  const index = files.findIndex(file => file.name === position?.file)
  if (index < 0) {
    throw new StateError(`the run stood in "${position?.file}", which is no longer among the ${files.length} files`, {
      advice: 'put the file back where it was, or start a new run',
    })
  }
  if ('version' in position && position.version !== undefined) files[index]!.expect?.(position.version)
  return 'done' in position ? { index: index + 1, at: undefined } : { index, at: position.at }
}
