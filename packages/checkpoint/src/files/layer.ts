/**
 * What a checkpoint needs of a file system, and no more: so that a test can put one in its place that dies between two
 * operations, fills up, or forgets what was not synced. Paths are the host's.
 */
export interface FileLayer {
  /** Creates the file, or empties it if it exists. */
  create(path: string): Promise<OutputFile>
  /** @throws StorageError when there is no such file */
  open(path: string): Promise<InputFile>
  /** Names in a directory, in no particular order; none where there is no such directory. */
  names(directory: string): Promise<readonly string[]>
  /** With its parents; nothing happens where it exists. */
  makeDirectory(path: string): Promise<void>
  /** Makes the names in a directory durable: files created in it, renamed into it, removed from it. */
  syncDirectory(path: string): Promise<void>
  /** Of a file or a directory; the target does not exist. */
  rename(from: string, to: string): Promise<void>
  /** Of a file or a whole directory; nothing happens where there is none. */
  remove(path: string): Promise<void>
}

export interface OutputFile {
  /** Appends all of `bytes`; they may be changed once the promise has resolved. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes the content durable. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface InputFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Fills `into` from `position` on. @throws DataError when the file ends before that. */
  read(into: Uint8Array, position: number): Promise<void>
  close(): Promise<void>
}
