import { coloursFor } from '../terminal/colours.ts'
import type { Console } from '../terminal/console.ts'
import { printable } from '../terminal/printable.ts'

const shown: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '→', '\r': '←' }

/** What it looks like: white space made visible. */
const visible = (piece: string) => printable(piece.replace(/[ \n\t\r]/g, space => shown[space]!))

/** Pieces of a text in one line, a bar between them. */
export function picture(pieces: readonly string[]): string {
  return pieces.map(visible).join('|')
}

/**
 * The same for a person: on a terminal the pieces take turns in colour, and lines end between pieces where the window does; `indent`
 * columns are left free before the lines after the first. Elsewhere as `picture`.
 */
export function colouredPicture(pieces: readonly string[], console: Console, indent = 0): string {
  const { stdout } = console
  if (!stdout.isTTY) return picture(pieces)
  const colours = coloursFor(stdout, console.env)
  const paints = [colours.cyan, colours.yellow, colours.green, colours.magenta]
  const room = Math.max(16, stdout.columns - indent - 1)
  let line = ''
  let used = 0
  const lines: string[] = []
  pieces.forEach((piece, i) => {
    const text = visible(piece)
    const width = columnsOf(text) + 1
    if (used > 0 && used + width > room) {
      lines.push(line)
      line = ''
      used = 0
    }
    line += `${used > 0 ? colours.dim('|') : ''}${paints[i % paints.length]!(text)}`
    used += width
  })
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

const wide =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u3020\uff01-\uff60]/u
const none = /\p{M}|\p{Cf}/u

/** Columns of a terminal that a text takes: two for an ideograph, a Hangul syllable, an emoji; none for a mark on what is before it. */
function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (none.test(character) ? 0 : wide.test(character) ? 2 : 1), 0)
}
