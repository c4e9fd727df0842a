import { printable } from '../terminal/printable.ts'

const shown: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '→', '\r': '←' }

/** Pieces of a text in one line, a bar between them, white space made visible. */
export function picture(pieces: readonly string[]): string {
  return pieces.map(piece => printable(piece.replace(/[ \n\t\r]/g, space => shown[space]!))).join('|')
}
