import { tf } from '../../tf.ts'
import type { CrossEntropyKernel } from '../kernels.ts'
import { scatterAdd } from './embedding.ts'
import { matMulTransposedA, matMulTransposedB } from './matMul.ts'

/** Logits held at a time: 16 MiB of float32. */
const BLOCK_ELEMENTS = 1 << 22

export const crossEntropy: CrossEntropyKernel = {
  forward({ hidden, table, targets, weights, keep, losses }) {
    const rows = hidden.shape[0]
    const shape: [number, number] = [table.shape[0], table.shape[1]]
    const shares = rowShares(rows, weights)
    const rowsPerBlock = Math.max(1, Math.floor(BLOCK_ELEMENTS / shape[0]))
    let loss: tf.Tensor = tf.scalar(0)
    let dtable: tf.Tensor = keep ? tf.zeros(shape) : loss
    const dhidden: tf.Tensor2D[] = []
    for (let from = 0; from < rows; from += rowsPerBlock) {
      const to = Math.min(rows, from + rowsPerBlock)
      const block = tf.tidy(() => {
        const h = tf.slice(hidden, [from, 0], [to - from, shape[1]])
        const ids = targets.subarray(from, to)
        const share = tf.tensor2d(shares.subarray(from, to), [to - from, 1])
        const target = tf.gather(table, tf.tensor1d(ids, 'int32'))
        const logits = matMulTransposedB(h, table)
        const lse = tf.logSumExp(logits, 1, true)
        const nll = tf.sub(lse, tf.sum(tf.mul(h, target), 1, true))
        losses?.set(nll.dataSync() as Float32Array, from)
        const added = tf.add(loss, tf.sum(tf.mul(nll, share)))
        if (!keep) return [added]
        // d loss / d logits is (softmax - one-hot) * share; the one-hot part goes by rows of the table.
        const p = tf.mul(tf.exp(tf.sub(logits, lse)), share) as tf.Tensor2D
        const dh = tf.sub(tf.matMul(p, table), tf.mul(target, share))
        const dt = tf.sub(matMulTransposedA(p, h), scatterAdd(ids, tf.mul(h, share) as tf.Tensor2D, shape))
        return [added, tf.add(dtable, dt), dh]
      })
      tf.dispose(keep ? [loss, dtable] : loss)
      loss = block[0]!
      if (keep) {
        dtable = block[1]!
        dhidden.push(block[2] as tf.Tensor2D)
      }
    }
    return { value: loss, saved: keep ? [tf.concat(dhidden, 0), dtable] : [] }
  },
  backward({ dy, saved: [dhidden, dtable] }) {
    return { dhidden: tf.mul(dhidden!, dy), dtable: tf.mul(dtable!, dy) }
  },
}

/** Each row's share of the mean: weight / sum of weights. */
export function rowShares(rows: number, weights: Float32Array | null): Float32Array {
  if (!weights) return new Float32Array(rows).fill(1 / rows)
  let sum = 0
  for (const weight of weights) sum += weight
  return sum === 0 ? new Float32Array(rows) : weights.map(weight => weight / sum)
}
