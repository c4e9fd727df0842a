import { isSteps, type Steps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'
import { bullet, ellipsis } from '../text/lines.ts'
import type { Limit, Rules } from './rule.ts'
import { defaultStopWords, stopWordCounter } from './stop-words.ts'

/**
 * The quality rules of Gopher (Rae et al. 2021, "Scaling Language Models: Methods, Analysis & Insights from Training Gopher",
 * appendix A1.1), with its thresholds. Each is switched off by `false`.
 */
export interface GopherOptions {
  /** Words that are not symbols. Default 50. */
  readonly minWords?: Limit
  /** Default 100,000. */
  readonly maxWords?: Limit
  /** Mean length of such words, in characters. Default 3; in scripts without spaces, whose words are short, 1. */
  readonly minWordLength?: Limit
  /** Default 10. */
  readonly maxWordLength?: Limit
  /** Hash signs a word, and ellipses a word. Default 0.1 each. */
  readonly maxSymbolRatio?: Limit
  /** Share of lines that begin with a bullet. Default 0.9. */
  readonly maxBulletLines?: Limit
  /** Share of lines that end with an ellipsis. Default 0.3. */
  readonly maxEllipsisLines?: Limit
  /** Share of words that have a letter. Default 0.8. */
  readonly minAlphabeticWords?: Limit
  /** How many of the stop words must be there. Default 2. */
  readonly minStopWords?: Limit
  /**
   * Stop words by language. A document whose `lang` has no list is not judged by them; one without a `lang` is taken for
   * Chinese, Japanese or Thai by its script, else for English. Default: the paper's for English, ours for those three.
   */
  readonly stopWords?: Readonly<Record<string, readonly string[]>>
}

export function gopher(options: GopherOptions = {}): Rules {
  const {
    minWords = 50,
    maxWords = 100_000,
    maxWordLength = 10,
    maxSymbolRatio = 0.1,
    maxBulletLines = 0.9,
    maxEllipsisLines = 0.3,
    minAlphabeticWords = 0.8,
    minStopWords = 2,
    stopWords = defaultStopWords,
  } = options
  const hasStopWords = stopWordCounter(stopWords)
  return text => {
    const { scan } = text
    const { count, symbolic, alphabetic, length } = scan.words
    const words = count - symbolic
    if (minWords !== false && words < minWords) return { drop: 'gopher: too few words' }
    if (maxWords !== false && words > maxWords) return { drop: 'gopher: too many words' }
    const mean = length / words
    const { minWordLength = scan.mostlyUnspaced ? 1 : 3 } = options
    if (minWordLength !== false && mean < minWordLength) return { drop: 'gopher: words too short' }
    if (maxWordLength !== false && mean > maxWordLength) return { drop: 'gopher: words too long' }
    if (maxSymbolRatio !== false) {
      if (scan.hashes / count > maxSymbolRatio) return { drop: 'gopher: too many hash signs' }
      if (scan.ellipses / count > maxSymbolRatio) return { drop: 'gopher: too many ellipses' }
    }
    const { lines } = scan
    let bullets = 0
    let trailing = 0
    for (let i = 0; i < lines.count; i++) {
      if ((lines.marks[i]! & bullet) !== 0) bullets++
      if ((lines.marks[i]! & ellipsis) !== 0) trailing++
    }
    if (maxBulletLines !== false && bullets / lines.count > maxBulletLines) {
      return { drop: 'gopher: too many bullet lines' }
    }
    if (maxEllipsisLines !== false && trailing / lines.count > maxEllipsisLines) {
      return { drop: 'gopher: too many lines end with an ellipsis' }
    }
    if (minAlphabeticWords !== false && alphabetic / count < minAlphabeticWords) {
      return { drop: 'gopher: too few words with a letter' }
    }
    if (minStopWords === false) return undefined
    const enough = hasStopWords(text, minStopWords)
    return isSteps<boolean>(enough) ? later(enough) : byStopWords(enough)
  }
}

function* later(enough: Steps<boolean>): Steps<Verdict> {
  return byStopWords(yield* enough)
}

function byStopWords(enough: boolean | undefined): Verdict {
  return enough === false ? { drop: 'gopher: too few stop words' } : undefined
}
