import { readFile } from 'node:fs/promises'
import { readTables, type Tables } from './tables.ts'

/** The likeliest language of a text, ISO 639-1, and how well it fits, 0 to 1; undefined where there are no letters to go by. */
export type Identify = (text: string) => { language: string; score: number } | undefined

export interface Identifier {
  readonly identify: Identify
  /** What it can tell apart. */
  readonly languages: ReadonlySet<string>
}

/** What `languageDetector.js` of eld exports. */
interface Detector {
  createEld(): {
    readonly instance: { detect(text: string): { language: string; getScores(): Record<string, number> } }
    loadData(tables: Tables): void
  }
}

let loaded: Promise<Identifier> | undefined

/**
 * The identifier by Nito-ELD: n-grams of bytes, 60 languages. Its tables take some 50 MB and a sixth of a second, so they are read once,
 * when the first stage that needs them opens. The detector is eld's own; its tables are read as text, in many turns of the event loop.
 */
export function loadIdentifier(): Promise<Identifier> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Identifier> {
  const entry = import.meta.resolve('eld/small')
  const { createEld }: Detector = await import(new URL('../languageDetector.js', entry).href)
  const tables = await readTables(await readFile(new URL('../ngrams/small.js', entry), 'utf8'))
  const { instance, loadData } = createEld()
  loadData(tables)
  return {
    languages: new Set(Object.values(tables.languages)),
    identify(text) {
      const result = instance.detect(text)
      const { language } = result
      return language === '' ? undefined : { language, score: result.getScores()[language] ?? 0 }
    },
  }
}
