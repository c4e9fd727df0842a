/** Scripts that are written without spaces between words. */
const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u

/**
 * Joins the lines of hard-wrapped paragraphs. Verse, tables and letters keep their lines: a paragraph with an indented line is
 * left alone, and so is a line end after a line that is short for its text (under 6/10 of the widest lines).
 *
 * Only line ends change: each becomes a space, or nothing after a dash, a hyphen or between characters of a script without
 * spaces.
 */
export function unwrap(text: string): string {
  const short = 0.6 * usualWidth(text)
  return text.replace(/[^\n]+(?:\n[^\n]+)+/g, paragraph =>
    /(?:^|\n)[ \t]/.test(paragraph) ? paragraph : join(paragraph, short),
  )
}

function join(paragraph: string, short: number): string {
  const lines = paragraph.split('\n')
  let joined = lines[0]!
  for (let i = 1; i < lines.length; i++) {
    const before = lines[i - 1]!
    const line = lines[i]!
    joined += (before.length < short ? '\n' : between(before, line)) + line
  }
  return joined
}

function between(before: string, after: string): string {
  if (/[—-]$/.test(before) || before.endsWith(' ')) return ''
  return spaceless.test(before.at(-1)!) && spaceless.test(after[0]!) ? '' : ' '
}

/** Width that 19 of 20 lines keep to. */
function usualWidth(text: string): number {
  const counts: number[] = []
  let lines = 0
  for (const line of text.matchAll(/[^\n]+/g)) {
    const width = Math.min(line[0].length, 200)
    counts[width] = (counts[width] ?? 0) + 1
    lines++
  }
  let seen = 0
  for (let width = 0; width < counts.length; width++) {
    seen += counts[width] ?? 0
    if (seen >= 0.95 * lines) return width
  }
  return 0
}
