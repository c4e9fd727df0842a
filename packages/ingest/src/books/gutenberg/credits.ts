/**
 * Who made the file, in the paragraphs between a header and its book: "Produced by …", "E-text prepared by …", "This etext was
 * prepared by …". A transcriber's note is about the text, and stays.
 */
const credit =
  /^(?:produced by|(?:this )?(?:etext|e-text|ebook) (?:was )?(?:prepared|produced|scanned|created|typed|transcribed) (?:by|from)|(?:prepared|proofed|proofread|scanned|digitized|transcribed|typed) (?:and [a-z]+ )?by|transcribed from [^\n]+ by|html version by|updated editions will)/i

/** Where the book begins at or after `from`: blank lines and up to four paragraphs of credits are passed over. */
export function afterCredits(text: string, from: number): number {
  let at = afterBlank(text, from)
  for (let i = 0; i < 4; i++) {
    const end = paragraphEnd(text, at)
    const paragraph = text.slice(at, Math.min(end, at + 1500))
    // A credit is a handful of lines. A book that begins "Produced by" and goes on is a book.
    if (!credit.test(paragraph.trimStart()) || paragraph.split('\n').length > 12) break
    at = afterBlank(text, end)
  }
  return at
}

function afterBlank(text: string, from: number): number {
  const blank = /(?:[ \t]*\n)*/y
  blank.lastIndex = from
  return from + (blank.exec(text)?.[0].length ?? 0)
}

function paragraphEnd(text: string, from: number): number {
  const blank = /\n[ \t]*(?=\n|$)/g
  blank.lastIndex = from
  return blank.exec(text)?.index ?? text.length
}
