import type { EmbeddingKernel } from '../../ops/kernels.ts'
import type { Heap } from '../engine/heap.ts'

/** In JavaScript: a few rows are copied or added, which no other language would do faster. */
export function embeddingKernel(heap: Heap): EmbeddingKernel {
  return {
    forward({ table, ids }) {
      const width = table.shape[1]
      const y = heap.output([ids.length, width])
      const [from, to] = [heap.values(table), heap.values(y)]
      for (let i = 0; i < ids.length; i++) to.set(from.subarray(ids[i]! * width, (ids[i]! + 1) * width), i * width)
      return y
    },
    backward({ dy, ids, shape }) {
      const width = shape[1]
      const dtable = heap.zeros(shape)
      const [from, to] = [heap.values(dy), heap.values(dtable)]
      for (let i = 0; i < ids.length; i++) {
        const row = ids[i]! * width
        for (let j = 0; j < width; j++) to[row + j]! += from[i * width + j]!
      }
      return dtable
    },
  }
}
