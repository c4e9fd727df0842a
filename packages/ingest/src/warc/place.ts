import type { ByteReader } from '../bytes/reader.ts'

/** Where reading can start again in a file, packed or not. A type and not an interface, so that it is `Json`. */
export type Place = {
  /** Byte of the file: in a gzip, of a member's beginning. */
  readonly byte: number
  /** Bytes of content after it that are to be read past. */
  readonly inside?: number
}

/** A reader that knows the places of what it has given out. */
export interface PlacedReader extends ByteReader {
  /**
   * The place of the content's byte `at`, counted from where this reader began; never less than in the call before.
   * What lies before it is forgotten.
   */
  placeOf(at: number): Place
  /**
   * After a fault that `read` threw: goes on where content begins again. False where it does not; counting for `placeOf` goes on.
   * What was given out since the last place is to be thrown away.
   *
   * @throws DataError when the fault was the file's end
   */
  recover?(): Promise<boolean>
}
