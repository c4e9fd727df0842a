import { withoutContents } from './contents.ts'
import type { Heading } from './headings.ts'
import { numberOf } from './numbers.ts'

// "IV", "4.", "IV. THE SIGN": a number alone on its line, or with a title in capitals.
const line =
  /(?:^|\n[ \t]*\n)[ \t]*(([ivxlc]+|[IVXLC]+|\d{1,3})(?:[.:]?|[.:]? +([^\n\p{Ll}]{2,80})))[ \t]*(?=\n[ \t]*(?:\n|$))/gu

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
    const found = {
      start: text.lastIndexOf('\n', end - 1) + 1,
      end,
      label: label!.trim(),
      key: `number ${value}`,
      value,
    }
    if (title === undefined) bare.push(found)
    else titled.push(found)
  }
  const series = seriesOf(titled, text)
  return series.length > 0 ? series : seriesOf(bare, text)
}

interface Numeral extends Heading {
  readonly value: number
}

/** The longest run 1, 2, 3 … that is no table of contents, if it is three long; numbers between its own are left out. */
function seriesOf(numerals: readonly Numeral[], text: string): Numeral[] {
  let best: Numeral[] = []
  let current: Numeral[] = []
  for (const numeral of withoutContents(numerals, text)) {
    if (numeral.value === 1) current = [numeral]
    else if (numeral.value === current.length + 1) current.push(numeral)
    if (current.length > best.length) best = current
  }
  return best.length >= 3 ? best : []
}
