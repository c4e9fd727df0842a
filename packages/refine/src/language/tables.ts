import { inTurns, type Steps } from '../stage/steps.ts'

/** What eld's detector works with. */
export interface Tables {
  readonly type: string
  /** ISO 639-1 codes by number. */
  readonly languages: Readonly<Record<string, string>>
  /** By n-gram: scores by number of the language. */
  readonly ngrams: Readonly<Record<string, Readonly<Record<string, number>>>>
}

const head = /export const ngramsData = \{type:'(\w+)',languages:\{((?:\d+:'\w+',?)+)\},isSubset:false,ngrams:\{/
const ngram = /(?:'((?:[^'\\]|\\['\\])+)'|([^'"{},:\s]+)):\{((?:\d+:\d+,?)+)\}(,|\}\};\s*$)/y

/**
 * Reads the tables out of the text of one of eld's modules, giving the event loop its turns. As a module V8 takes it in one turn of a
 * quarter of a second, and makes an object of its own, with room for all languages, for each of 81,000 n-grams: most have the
 * scores of many others, and these share them here.
 *
 * @throws Error where the text is not written as the module of this version is
 */
export async function readTables(text: string): Promise<Tables> {
  return inTurns(tablesIn(text))
}

function* tablesIn(text: string): Steps<Tables> {
  const begins = head.exec(text)
  if (begins === null) throw strange(0)
  const [, type, languages] = begins
  const ngrams: Record<string, Record<string, number>> = Object.create(null)
  const known = new Map<string, Record<string, number>>()
  let at = begins.index + begins[0].length
  for (let ended = false; !ended; ) {
    ngram.lastIndex = at
    const found = ngram.exec(text)
    if (found === null) throw strange(at)
    const [all, quoted, bare, written, end] = found
    let scores = known.get(written!)
    if (scores === undefined) {
      scores = scoresOf(written!)
      known.set(written!, scores)
    }
    ngrams[bare ?? quoted!.replace(/\\(.)/g, '$1')] = scores
    at += all.length
    ended = end !== ','
    yield
  }
  return { type: type!, languages: Object.fromEntries(pairs(languages!.replaceAll("'", ''))), ngrams }
}

function scoresOf(written: string): Record<string, number> {
  const scores: Record<string, number> = Object.create(null)
  for (const [language, score] of pairs(written)) scores[language] = Number(score)
  return scores
}

function pairs(written: string): [string, string][] {
  return written.split(',').map(pair => pair.split(':') as [string, string])
}

function strange(at: number): Error {
  return new Error(`the tables of "eld" are not written as those of its version 2.1.0 are, from character ${at} on`)
}
