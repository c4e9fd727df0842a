import { afterCredits } from './credits.ts'
import { footerOf } from './end.ts'
import { type BookHeader, headerOf } from './header.ts'
import { afterHeader, afterNextHeader } from './start.ts'

/** What of a piece of a file belongs to a book. */
export interface BookStretch {
  readonly text: string
  /** Set where a book begins in this stretch; absent where it goes on from the piece before. */
  readonly header?: BookHeader
  /** Whether the book is over. */
  readonly ends: boolean
}

/**
 * Takes the books out of a file that comes piece by piece: without the header, the credits and the footer of Project Gutenberg.
 * Text without these is one book, untouched. What follows a footer is dropped up to the next header, so a file may hold several.
 */
export function bookStretches(): (piece: string) => BookStretch[] {
  let inside = false
  let begun = false
  return piece => {
    const stretches: BookStretch[] = []
    let at = 0
    while (at < piece.length) {
      let header: BookHeader | undefined
      if (!inside) {
        const after = begun ? afterNextHeader(piece, at) : afterHeader(piece)
        if (after === undefined && begun) break
        header = after === undefined ? {} : headerOf(piece.slice(at, after))
        if (after !== undefined) at = afterCredits(piece, after)
        inside = true
        begun = true
      }
      const footer = footerOf(piece, at)
      const text = piece.slice(at, footer)
      inside = footer === undefined
      stretches.push({ text, ...(header ? { header } : {}), ends: !inside })
      if (footer === undefined) break
      at = footer + 1
    }
    return stretches
  }
}
