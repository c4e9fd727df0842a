/** What a document is: the whole file, what stands between blank lines, or a line. */
export type TextUnit = 'file' | 'paragraph' | 'line'

/**
 * Cuts text (with LF line ends) into documents. Lines come without their line end, paragraphs without the blank lines around
 * them; an empty string stands for each blank stretch, so that the first and last entries are those the text begins and ends in.
 */
export function splitText(text: string, unit: TextUnit): string[] {
  if (unit === 'file') return [text]
  if (unit === 'line') return text.split('\n')
  return text.split(/\n(?:[ \t]*\n)+/)
}

export function isBlank(text: string): boolean {
  return !/\S/.test(text)
}

/** Paragraphs lose the line ends that a blank line or the file's end leaves at theirs. */
export function trimUnit(text: string, unit: TextUnit, begins: boolean, ends: boolean): string {
  if (unit !== 'paragraph') return text
  const from = begins ? text.search(/[^\n]/) : 0
  let to = text.length
  while (ends && to > from && text[to - 1] === '\n') to--
  return text.slice(from, to)
}
