/** What we use of yauzl 3, which brings no types. */
declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  export interface Entry {
    readonly fileName: string
    readonly uncompressedSize: number
    readonly externalFileAttributes: number
  }

  export interface ZipFile {
    readonly entryCount: number
    eachEntry(): AsyncIterable<Entry>
    openReadStreamPromise(entry: Entry): Promise<Readable>
    close(): void
  }

  export function openPromise(
    path: string,
    options: { readonly lazyEntries?: boolean; readonly autoClose?: boolean },
  ): Promise<ZipFile>
}
