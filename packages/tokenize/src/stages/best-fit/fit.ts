// Putting pieces of documents into rows of one width: by best fit, longest first (Ding et al. 2024, "Fewer Truncations Improve
// Language Modeling"). No piece is longer than a row.

/** What becomes of the gap at the end of a row that no piece fits into. */
export type Gaps = 'split' | 'crop' | 'pad'

/** Part of a piece in a row: `from` and `length` count from the window's first token. */
export interface Part {
  readonly piece: number
  readonly from: number
  readonly length: number
}

export interface Fitted {
  readonly rows: Part[][]
  /** What found no place. */
  readonly left: Part[]
}

interface Row {
  readonly parts: Part[]
  gap: number
}

/** Each piece whole, into the row with the smallest gap that holds it; a new row where none does, up to `most` rows. */
function bestFit(pieces: readonly Part[], width: number, most: number): { rows: Row[]; left: Part[] } {
  const rows: Row[] = []
  const left: Part[] = []
  /** Rows by their gap, and which gaps there are. */
  const byGap: Row[][] = Array.from({ length: width + 1 }, () => [])
  const there = new Uint8Array(width + 1)
  for (const part of longestFirst(pieces, width)) {
    const gap = there.indexOf(1, part.length)
    let row: Row
    if (gap >= 0) {
      row = byGap[gap]!.pop()!
      if (byGap[gap]!.length === 0) there[gap] = 0
    } else if (rows.length < most) {
      row = { parts: [], gap: width }
      rows.push(row)
    } else {
      left.push(part)
      continue
    }
    row.parts.push(part)
    row.gap -= part.length
    if (row.gap === 0) continue
    byGap[row.gap]!.push(row)
    there[row.gap] = 1
  }
  return { rows, left }
}

/** Rows as many as the pieces fill; the shortest pieces fill the gaps, cut where need be. Together they must fill whole rows. */
export function fitSplitting(pieces: readonly Part[], width: number): Fitted {
  const total = pieces.reduce((sum, part) => sum + part.length, 0)
  const { rows, left } = bestFit(pieces, width, total / width)
  const gaps = rows.filter(row => row.gap > 0).sort((a, b) => b.gap - a.gap)
  let next = 0
  for (const part of left) {
    for (let { from, length } = part; length > 0; ) {
      const row = gaps[next]!
      const taken = Math.min(length, row.gap)
      row.parts.push({ piece: part.piece, from, length: taken })
      row.gap -= taken
      from += taken
      length -= taken
      if (row.gap === 0) next++
    }
  }
  return { rows: rows.map(row => row.parts), left: [] }
}

/** Gaps stay. */
export function fitPadding(pieces: readonly Part[], width: number): Fitted {
  const { rows, left } = bestFit(pieces, width, Number.POSITIVE_INFINITY)
  return { rows: rows.map(row => row.parts), left }
}

/**
 * Row after row: the longest piece that fits, again and again; when none does, the shortest one's beginning fills the gap and its
 * end is left. What does not fill a last row is left.
 */
export function fitCropping(pieces: readonly Part[], width: number): Fitted {
  const byLength: Part[][] = Array.from({ length: width + 1 }, () => [])
  for (const part of pieces) byLength[part.length]!.push(part)
  const there = Uint8Array.from(byLength, parts => Number(parts.length > 0))
  // The first that came is the first that goes.
  for (const parts of byLength) parts.reverse()
  const take = (length: number): Part => {
    const part = byLength[length]!.pop()!
    if (byLength[length]!.length === 0) there[length] = 0
    return part
  }
  const rows: Part[][] = []
  const left: Part[] = []
  for (;;) {
    const row: Part[] = []
    let gap = width
    while (gap > 0) {
      const fitting = there.lastIndexOf(1, gap)
      if (fitting > 0) {
        row.push(take(fitting))
        gap -= fitting
        continue
      }
      const shortest = there.indexOf(1)
      if (shortest < 0) break
      const { piece, from, length } = take(shortest)
      row.push({ piece, from, length: gap })
      left.push({ piece, from: from + gap, length: length - gap })
      gap = 0
    }
    if (gap > 0) return { rows, left: [...left, ...row] }
    rows.push(row)
  }
}

/** In order of length, equal ones in the order of the text. A counting sort. */
function longestFirst(pieces: readonly Part[], width: number): Part[] {
  const byLength: Part[][] = Array.from({ length: width + 1 }, () => [])
  for (const part of pieces) byLength[part.length]!.push(part)
  return byLength.reverse().flat()
}
