/** A label that wants to stand at `y`. */
export interface Placed {
  readonly y: number
}

/**
 * Moves labels apart until each has `height` for itself, as little as that takes, and none leaves [top, bottom] while they
 * fit there. Their order stays.
 */
export function spread<T extends Placed>(labels: readonly T[], height: number, top: number, bottom: number): T[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y)
  // Neighbours that touch form a block, which is centred on the mean of what its labels want.
  const blocks: { labels: T[]; first: number }[] = []
  const place = (labels: T[]) => {
    const mean = labels.reduce((sum, label) => sum + label.y, 0) / labels.length
    const half = ((labels.length - 1) * height) / 2
    return { labels, first: Math.max(top, Math.min(mean - half, bottom - 2 * half)) }
  }
  for (const label of sorted) {
    let block = place([label])
    for (
      let before = blocks.at(-1);
      before && block.first < before.first + before.labels.length * height;
      before = blocks.at(-1)
    ) {
      blocks.pop()
      block = place([...before.labels, ...block.labels])
    }
    blocks.push(block)
  }
  return blocks.flatMap(block => block.labels.map((label, i) => ({ ...label, y: block.first + i * height })))
}
