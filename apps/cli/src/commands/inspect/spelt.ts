import { printable } from '../../terminal/printable.ts'

const shown: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '→', '\r': '←' }

/** A token's text in at most `width` characters, white space made visible. */
export function spelt(text: string, width = 24): string {
  const seen = [...printable(text.replace(/[ \n\t\r]/g, space => shown[space]!))]
  return seen.length <= width ? seen.join('') : `${seen.slice(0, width - 1).join('')}…`
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}
