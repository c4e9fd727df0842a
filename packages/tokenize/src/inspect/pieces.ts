import type { Tokenizer } from '../tokenizer.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What each id stands for, to be looked at: its text, or, where it is part of a character, its bytes as `<e5>`. */
export function pieces(tokenizer: Tokenizer, ids: ArrayLike<number>): string[] {
  return Array.from(ids, id => {
    const bytes = tokenizer.tokenBytes(id)
    try {
      return utf8.decode(bytes)
    } catch {
      return Array.from(bytes, byte => `<${byte.toString(16).padStart(2, '0')}>`).join('')
    }
  })
}
