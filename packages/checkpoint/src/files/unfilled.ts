/**
 * Bytes at the start of a buffer of their own, contents undefined: for what will be read into them as a whole. Zeros would be
 * written first else, where the memory was used before.
 */
export function unfilled(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer)
}
