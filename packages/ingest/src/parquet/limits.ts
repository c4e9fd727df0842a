/**
 * What a damaged or hostile file may claim. Its counts are loops and allocations of the library: a run of 2^31 equal values is six
 * bytes.
 */

/** Rows of a row group, and values of a column in one (which are more where rows have lists). Writers make a million. */
export const maxValues = 2 ** 26

/** Bytes of a page, and of all of a column in one row group, unpacked. */
export const maxPage = 2 ** 30
export const maxChunk = 2 ** 31

/** What a page that breaks the rules is told as. */
export function wrong(what: string): Error {
  return new Error(`parquet ${what}`)
}
