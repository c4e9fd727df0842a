const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const tens = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'
const ordinals =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'
const ordinalTens = 'zero tenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'

const words = new Map<string, number>([
  ...units.split(' ').map((word, i) => [word, i] as const),
  ...ordinals.split(' ').map((word, i) => [word, i] as const),
  ...tens.split(' ').map((word, i) => [word, 10 * i] as const),
  ...ordinalTens.split(' ').map((word, i) => [word, 10 * i] as const),
  ['premier', 1],
  ['première', 1],
  ['primero', 1],
  ['primo', 1],
  ['last', 999],
])

const roman = /^(?=[ivxlc])(c{0,3})(xc|xl|l?x{0,4})(ix|iv|v?i{0,4})$/

/** The number that a word stands for: `12`, `XII`, `xii`, `twelve`, `twenty-first`; undefined when it stands for none. */
export function numberOf(word: string): number | undefined {
  const lower = word.toLowerCase()
  if (/^\d{1,4}(?:st|nd|rd|th)?$/.test(lower)) return Number.parseInt(lower, 10)
  const numeral = roman.exec(lower)
  if (numeral) return romanValue(lower)
  const [head, tail, more] = lower.split(/[- ]/)
  if (head === undefined || more !== undefined) return undefined
  if (tail === undefined) return words.get(head)
  const ten = words.get(head)
  const unit = words.get(tail)
  if (ten === undefined || unit === undefined || ten < 20 || ten % 10 !== 0 || unit < 1 || unit > 9) return undefined
  return ten + unit
}

function romanValue(numeral: string): number {
  const values: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50, c: 100 }
  let sum = 0
  for (let i = 0; i < numeral.length; i++) {
    const value = values[numeral[i]!]!
    sum += value < (values[numeral[i + 1] ?? ''] ?? 0) ? -value : value
  }
  return sum
}
