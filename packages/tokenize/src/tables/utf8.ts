// Strings to UTF-8 through one buffer that grows: lone surrogates become U+FFFD there, as everywhere in UTF-8.

/** Makes a function that writes a string into a buffer of its own and returns the bytes, which are valid until the next call. */
export function utf8Writer(): (text: string) => Uint8Array {
  let buffer = Buffer.allocUnsafeSlow(4096)
  return text => {
    // Three bytes a code unit are always enough; a buffer that huge is not kept.
    const needed = text.length * 3
    if (needed > keptBytes) return Buffer.from(text, 'utf8')
    if (needed > buffer.length) buffer = Buffer.allocUnsafeSlow(needed)
    return buffer.subarray(0, buffer.write(text, 0, 'utf8'))
  }
}

const keptBytes = 4 * 1024 * 1024
