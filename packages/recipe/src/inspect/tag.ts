import type { TokenKind } from '@sluice/transformer'

/**
 * Which tokens are nouns or verbs of English, by `compromise`, which is loaded when this is first called. A word that is several
 * tokens gives its kind to all of them, so that no head is missed for looking at another piece.
 *
 * @param texts of the tokens, which together are the text
 */
export async function tagKinds(texts: readonly string[]): Promise<(TokenKind | undefined)[]> {
  const { default: nlp } = await import('compromise/two')
  const kinds: (TokenKind | undefined)[] = new Array(texts.length).fill(undefined)
  const starts = new Int32Array(texts.length + 1)
  texts.forEach((text, i) => {
    starts[i + 1] = starts[i]! + text.length
  })
  const sentences = nlp(texts.join('')).json({ offset: true, terms: { tags: true, offset: true } }) as Sentence[]
  let token = 0
  for (const { terms } of sentences) {
    for (const { tags, offset } of terms) {
      const kind = tags.includes('Noun') ? 'noun' : tags.includes('Verb') ? 'verb' : undefined
      if (kind === undefined || offset === undefined) continue
      const end = offset.start + offset.length
      while (token < texts.length && starts[token + 1]! <= offset.start) token++
      for (let i = token; i < texts.length && starts[i]! < end; i++) kinds[i] = kind
    }
  }
  return kinds
}

interface Sentence {
  readonly terms: readonly {
    readonly tags: readonly string[]
    readonly offset?: { readonly start: number; readonly length: number }
  }[]
}
