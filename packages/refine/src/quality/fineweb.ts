import { terminated } from '../text/lines.ts'
import { Interner } from './intern.ts'
import type { Limit, Rules } from './rule.ts'

/**
 * The rules that FineWeb adds to Gopher's and C4's (Penedo et al. 2024, "The FineWeb Datasets", section 3.6 and its published code),
 * with their thresholds. Each is switched off by `false`.
 */
export interface FineWebOptions {
  /** Share of lines that end with a mark that ends a sentence. Default 0.12. */
  readonly minTerminatedLines?: Limit
  /** Share of short lines. Default 0.67. */
  readonly maxShortLines?: Limit
  /** Characters of a short line, at most. Default 30; in scripts without spaces 10, for a character there is worth about three. */
  readonly shortLine?: number
  /** Share of characters in lines that stood there before. Default 0.01. */
  readonly maxDuplicateCharacters?: Limit
  /** Line ends a word. Default 0.3. */
  readonly maxLineEnds?: Limit
}

export function fineweb(options: FineWebOptions = {}): Rules {
  const { minTerminatedLines = 0.12, maxShortLines = 0.67, maxDuplicateCharacters = 0.01, maxLineEnds = 0.3 } = options
  const interner = new Interner()
  return ({ bytes, scan }) => {
    const { shortLine = scan.mostlyUnspaced ? 10 : 30 } = options
    const { lines } = scan
    interner.clear()
    let count = 0
    let ended = 0
    let short = 0
    let again = 0
    for (let i = 0; i < lines.count; i++) {
      if (lines.words[i] === 0) continue
      count++
      if ((lines.marks[i]! & terminated) !== 0) ended++
      if (lines.chars[i]! <= shortLine) short++
      const known = interner.count
      if (interner.bytes(bytes, lines.starts[i]!, lines.ends[i]!) !== known) again += lines.chars[i]!
    }
    if (count === 0) return { drop: 'fineweb: empty' }
    if (minTerminatedLines !== false && ended / count < minTerminatedLines) {
      return { drop: 'fineweb: too few lines end a sentence' }
    }
    if (maxShortLines !== false && short / count > maxShortLines) return { drop: 'fineweb: too many short lines' }
    if (maxDuplicateCharacters !== false && again / (scan.chars - scan.newlines) > maxDuplicateCharacters) {
      return { drop: 'fineweb: repeated lines' }
    }
    if (maxLineEnds !== false && scan.newlines / scan.words.count > maxLineEnds) {
      return { drop: 'fineweb: too many line ends' }
    }
    return undefined
  }
}
