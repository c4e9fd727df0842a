import type { Heading } from './headings.ts'
import { numberOf } from './numbers.ts'

// "IV", "4.", "IV. THE SIGN": a number alone on its line, or with a title in capitals.
const line =
  /(?:^|\n[ \t]*\n)[ \t]*(([ivxlc]+|\d{1,3})(?:[.:]?|[.:]? +([^\n\p{Ll}]{2,80})))[ \t]*(?=\n[ \t]*(?:\n|$))/giu

/**
 * Chapters of a book that only numbers them. A number may be anything, so a series must show: it begins with 1, goes up by
 * one, and is three long. Titled numbers are taken before bare ones, which may be sections within them.
 */
export function numeralHeadings(text: string): Heading[] {
  const titled: Numeral[] = []
  const bare: Numeral[] = []
  for (const match of text.matchAll(line)) {
    const [whole, label, digits, title] = match
    const value = numberOf(digits!)
    if (value === undefined) continue
    const end = match.index + whole.trimEnd().length
    const found = { start: text.lastIndexOf('\n', end - 1) + 1, end, label: label!.trim(), key: `${value}`, value }
    if (title === undefined) bare.push(found)
    else titled.push(found)
  }
  const series = longestSeries(titled)
  return series.length >= 3 ? series : bareSeries(bare)
}

interface Numeral extends Heading {
  readonly value: number
}

/** The numbers that continue 1, 2, 3 …; others between them are left out. */
function longestSeries(numerals: readonly Numeral[]): Numeral[] {
  let best: Numeral[] = []
  let current: Numeral[] = []
  for (const numeral of numerals) {
    if (numeral.value === 1) current = [numeral]
    else if (numeral.value === current.length + 1) current.push(numeral)
    if (current.length > best.length) best = current
  }
  return best
}

function bareSeries(numerals: readonly Numeral[]): Numeral[] {
  const series = longestSeries(numerals)
  return series.length >= 3 ? series : []
}
