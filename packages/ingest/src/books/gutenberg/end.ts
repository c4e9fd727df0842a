/**
 * The lines with which a Project Gutenberg book ends:
 *   *** END OF (THE|THIS) PROJECT GUTENBERG EBOOK MOBY DICK ***    with or without spaces
 *   End of (the|this) Project Gutenberg('s) (EBook|Etext) of …     which stands alone in the oldest, and before the stars since
 *   Ende dieses Project Gutenberg …, Fin de Project Gutenberg …
 */
const endLine =
  /^[ \t]*(?:\*{3}[ \t]*END OF (?:TH(?:E|IS) )?(?:COPYRIGHTED )?PROJECT GUTENBERG|\**[ \t]*End of (?:th(?:e|is) )?(?:COPYRIGHTED )?Project Gutenberg(?:['\u2019]s|-tm|\u2122)?[ ,]|Ende (?:dieses|des|von) Proje[ck]t Gutenberg|Fin de Project Gutenberg)/i

/** Where the footer begins, at or after `from`; undefined for none. */
export function footerOf(text: string, from: number): number | undefined {
  // One word is found much faster in a whole book than a choice of lines.
  const word = /gutenberg/gi
  word.lastIndex = from
  for (let match = word.exec(text); match; match = word.exec(text)) {
    const start = Math.max(from, text.lastIndexOf('\n', match.index) + 1)
    if (endLine.test(text.slice(start, match.index + 40))) return start
  }
  return undefined
}
