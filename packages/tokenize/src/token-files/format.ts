// Files of token ids as training programs read them: 16 bits an id, little-endian, documents end to end with an end-of-text token
// between. nanoGPT's have nothing else (train.bin, val.bin); llm.c's begin with 256 int32: a magic number, the version, the count.

/** `nanogpt`: an end-of-text token after each document. `llm.c`: a header, and one before each document. */
export type TokenFileFormat = 'nanogpt' | 'llm.c'

export const headerBytes = 256 * 4
const magic = 20240520
const version = 1

export function llmcHeader(tokens: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeInt32LE(magic, 0)
  header.writeInt32LE(version, 4)
  header.writeInt32LE(tokens, 8)
  return header
}

/** The number of tokens that a header tells, undefined where the bytes are none. */
export function readLlmcHeader(bytes: Buffer): number | undefined {
  if (bytes.length < headerBytes || bytes.readInt32LE(0) !== magic || bytes.readInt32LE(4) !== version) return undefined
  return bytes.readInt32LE(8)
}
