/**
 * The candidate that `word` most likely meant: the one with the fewest edits, if those are at most 40 % of the longer of the
 * two, letter case aside. A beginning (`vocab` for `vocabSize`) counts as one edit.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const [a, b] = [word.toLowerCase(), candidate.toLowerCase()]
    const distance = isBeginning(a, b) || isBeginning(b, a) ? 1 : edits(a, b)
    const limit = Math.max(1, Math.floor(0.4 * Math.max(a.length, b.length)))
    if (distance > limit || distance >= bestDistance || distance >= Math.max(a.length, b.length)) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

function isBeginning(a: string, b: string): boolean {
  return a.length >= 3 && b.length > a.length && b.startsWith(a)
}

/** Levenshtein distance with transpositions of neighbours (optimal string alignment). */
function edits(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, substituted)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1)
      current.push(cost)
    }
    before = previous
    previous = current
  }
  return previous[b.length]!
}
