import type { CrossEntropyKernel } from '../../ops/kernels.ts'
import { rowShares } from '../../ops/reference/crossEntropy.ts'
import { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { crossEntropyRows, ENTROPY_ROWS, NOTE_FLOATS } from '../kernels/crossEntropyRows.ts'
import { matrix, multiply, transposed } from './products.ts'

/** Logits held at a time: 16 MiB. */
const BLOCK_ELEMENTS = 1 << 22

/** `saved`: the gradients for dy = 1. */
export function crossEntropyKernel(heap: Heap): CrossEntropyKernel {
  return {
    forward({ hidden, table, targets, weights, keep, losses }) {
      const [rows, width] = hidden.shape
      const vocabulary = table.shape[0]
      const rowsPerBlock = Math.min(rows, Math.max(1, Math.floor(BLOCK_ELEMENTS / vocabulary)))
      const shares = rowShares(rows, weights)
      const placed = { shares: heap.place(shares), targets: heap.place(targets) }
      const logits = heap.output([rowsPerBlock, vocabulary])
      const notes = heap.output([rows, NOTE_FLOATS])
      const saved = keep ? [heap.output(hidden.shape), heap.output(table.shape)] : []
      const tableAt = matrix(heap.address(table), vocabulary, width)
      for (let from = 0; from < rows; from += rowsPerBlock) {
        const count = Math.min(rowsPerBlock, rows - from)
        const hiddenAt = matrix(heap.address(hidden) + 4 * from * width, count, width)
        const logitsAt = matrix(heap.address(logits), count, vocabulary)
        multiply(heap, hiddenAt, transposed(tableAt), logitsAt)
        heap.pool.run(
          crossEntropyRows,
          {
            logits: logitsAt.address,
            rows: count,
            width: vocabulary,
            targets: heap.address(placed.targets) + 4 * from,
            shares: heap.address(placed.shares) + 4 * from,
            notes: heap.address(notes) + 4 * from * NOTE_FLOATS,
            gradient: keep ? 1 : 0,
          },
          Math.ceil(count / ENTROPY_ROWS),
        )
        const [dhidden, dtable] = saved
        if (!dhidden || !dtable) continue
        multiply(heap, logitsAt, tableAt, matrix(heap.address(dhidden) + 4 * from * width, count, width))
        const dtableAt = matrix(heap.address(dtable), vocabulary, width)
        multiply(heap, transposed(logitsAt), hiddenAt, dtableAt, { accumulate: from > 0 })
      }
      return { value: tf.scalar(loss(heap.values(notes), shares, losses)), saved }
    },
    backward({ dy, saved: [dhidden, dtable] }) {
      if (heap.values(dy)[0] === 1) return { dhidden: dhidden!, dtable: dtable! }
      return { dhidden: tf.mul(dhidden!, dy), dtable: tf.mul(dtable!, dy) }
    },
  }
}

/** The sum of share * (max + log(sum) - target's logit), in double precision; `losses` takes the terms without their shares. */
function loss(notes: Float32Array, shares: Float32Array, losses: Float32Array | null | undefined): number {
  let sum = 0
  for (let i = 0; i < shares.length; i++) {
    const [top, total, target] = [notes[3 * i]!, notes[3 * i + 1]!, notes[3 * i + 2]!]
    const own = top + Math.log(total) - target
    if (losses) losses[i] = own
    sum += shares[i]! * own
  }
  return sum
}
