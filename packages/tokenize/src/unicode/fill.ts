/** Sets `value` for the runs of code points that a generated table lists: gaps and lengths in base 36. */
export function fill(into: Uint8Array, runs: string, value: number): void {
  let at = 0
  let gap = true
  for (const word of runs.trim().split(/\s+/)) {
    const length = Number.parseInt(word, 36)
    if (!gap) into.fill(value, at, at + length)
    at += length
    gap = !gap
  }
}
