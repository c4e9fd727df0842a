/**
 * The `count` best ids from the best score down, equal scores by id, without sorting the rest: a heap of the best so far, the
 * worst of them on top, which most scores only need one look at.
 */
export function bestIds(logits: Float32Array, count: number): Int32Array {
  if (count >= logits.length / 4) {
    const all = Int32Array.from(logits.keys())
    return all.sort((a, b) => logits[b]! - logits[a]! || a - b).subarray(0, count)
  }
  const heap = new Int32Array(count)
  const worse = (a: number, b: number) => logits[a]! < logits[b]! || (logits[a]! === logits[b]! && a > b)
  /** Lets `id` sink from place `at` of a heap of `size`. */
  const sink = (id: number, at: number, size: number): void => {
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && worse(heap[child + 1]!, heap[child]!)) child++
      if (!worse(heap[child]!, id)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = id
  }
  for (let id = 0; id < count; id++) heap[id] = id
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(heap[at]!, at, count)
  let least = logits[heap[0]!]!
  for (let id = count; id < logits.length; id++) {
    // Of equals the earlier id is the better one, and it is in.
    if (logits[id]! <= least) continue
    sink(id, 0, count)
    least = logits[heap[0]!]!
  }
  // The worst of the rest goes to the end, time and again.
  for (let size = count - 1; size > 0; size--) {
    const worst = heap[0]!
    sink(heap[size]!, 0, size)
    heap[size] = worst
  }
  return heap
}
