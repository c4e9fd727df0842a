import { SPACE } from './bytes.ts'

/**
 * Apostrophes that mark bold and italics, a line at a time: where both do not come out even, one of three apostrophes was text, as in
 * French `l'''amour''`. MediaWiki looks for it after a single letter, then after a word, then after a space.
 */
export class Quotes {
  #bold = 0
  #italic = 0
  #afterLetter = -1
  #afterWord = -1
  #afterSpace = -1

  /** How many of `count` apostrophes are text; `at` is where the first would be written. */
  run(count: number, at: number, before: number | undefined, beforeThat: number | undefined): number {
    if (count < 2) return count
    const text = count === 4 ? 1 : Math.max(0, count - 5)
    const marks = count - text
    if (marks !== 2) {
      this.#bold++
      if (marks === 3) {
        if (before === SPACE) {
          if (this.#afterSpace < 0) this.#afterSpace = at + text
        } else if (beforeThat === SPACE) {
          if (this.#afterLetter < 0) this.#afterLetter = at + text
        } else if (this.#afterWord < 0) this.#afterWord = at + text
      }
    }
    if (marks !== 3) this.#italic++
    return text
  }

  /** Ends the line. Returns where an apostrophe is missing, or -1. */
  end(): number {
    let at = -1
    if (this.#bold & this.#italic & 1) {
      at = this.#afterLetter >= 0 ? this.#afterLetter : this.#afterWord >= 0 ? this.#afterWord : this.#afterSpace
    }
    this.#bold = 0
    this.#italic = 0
    this.#afterLetter = -1
    this.#afterWord = -1
    this.#afterSpace = -1
    return at
  }
}
