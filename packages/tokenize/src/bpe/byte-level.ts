/**
 * GPT-2's way to write bytes as characters: printable bytes stand for themselves, the others for the characters from U+0100 on,
 * so that every token has a spelling without spaces and control characters.
 */
export const byteCharacters: readonly string[] = (() => {
  const characters: string[] = []
  let shifted = 0x100
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
    characters.push(String.fromCharCode(printable ? byte : shifted++))
  }
  return characters
})()

/** Byte of a character code, -1 for characters that stand for none. */
const byteOfCode: Int16Array = (() => {
  const bytes = new Int16Array(0x144).fill(-1)
  byteCharacters.forEach((character, byte) => {
    bytes[character.charCodeAt(0)] = byte
  })
  return bytes
})()

/** All bytes in the order of their characters: the order in which Hugging Face numbers the initial alphabet. */
export const alphabet: readonly number[] = Array.from(byteCharacters.keys()).sort(
  (a, b) => byteCharacters[a]!.charCodeAt(0) - byteCharacters[b]!.charCodeAt(0),
)

export function spell(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byteCharacters[byte]!
  return text
}

/** The bytes that a token's spelling stands for, or undefined if a character stands for none. */
export function unspell(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length)
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfCode[token.charCodeAt(i)] ?? -1
    if (byte < 0) return undefined
    bytes[i] = byte
  }
  return bytes
}
