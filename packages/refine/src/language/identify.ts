/** The likeliest language of a text, ISO 639-1, and how well it fits, 0 to 1; undefined where there are no letters to go by. */
export type Identify = (text: string) => { language: string; score: number } | undefined

export interface Identifier {
  readonly identify: Identify
  /** What it can tell apart. */
  readonly languages: ReadonlySet<string>
}

/**
 * The identifier by Nito-ELD: n-grams of bytes, 60 languages. Its tables take some 100 MB and a quarter of a second, so they are read
 * when the first stage that needs them opens.
 */
export async function loadIdentifier(): Promise<Identifier> {
  const { eld } = await import('eld/small')
  return {
    languages: new Set(Object.values(eld.info().Languages)),
    identify(text) {
      const result = eld.detect(text)
      const { language } = result
      return language === '' ? undefined : { language, score: result.getScores()[language] ?? 0 }
    },
  }
}
