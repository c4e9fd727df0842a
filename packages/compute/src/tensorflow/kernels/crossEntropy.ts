import type { CrossEntropyKernel } from '../../ops/kernels.ts'
import { rowShares } from '../../ops/reference/crossEntropy.ts'
import { tf } from '../../tf.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { Programs } from '../program/programs.ts'
import type { DType, Value } from '../program/types.ts'
import { product } from './product.ts'

/** Logits held at a time: 64 MiB of float32. */
const BLOCK_ELEMENTS = 1 << 24

/** `saved` is the reference's: the gradients for dy = 1, made while the logits of a block of rows are at hand. */
export function crossEntropyKernel(programs: Programs): CrossEntropyKernel {
  const type = programs.product
  return {
    forward({ hidden, table, targets, weights, keep, losses }) {
      const rows = targets.length
      const operands = [
        hidden,
        table,
        { values: targets, shape: [rows] },
        { values: rowShares(rows, weights), shape: [rows, 1] },
      ]
      const [value, ...others] = programs.run(
        `crossEntropy ${keep} ${losses ? 'rows' : ''}`,
        operands,
        (p, hidden, table, targets, shares) => {
          const vocabulary = table!.shape[0]!
          const size = Math.max(1, Math.floor(BLOCK_ELEMENTS / vocabulary))
          const factors = o.cast(p, table!, type)
          const dhidden: Value[] = []
          const sums: Value[] = []
          const own: Value[] = []
          let dtable: Value | undefined
          for (let from = 0; from < rows; from += size) {
            const part = (x: Value) => o.slice(p, x, from, Math.min(size, rows - from))
            const h = part(hidden!)
            const block = softmaxOf(p, h, factors, part(targets!), type)
            sums.push(o.total(p, o.mul(p, block.loss, part(shares!))))
            own.push(block.loss)
            if (!keep) continue
            const share = o.div(p, part(shares!), block.sums)
            const e = block.exponentials()
            dhidden.push(o.mul(p, product(p, e, factors, type), share))
            const added = product(p, e, o.mul(p, h, share), type, { transposeA: true })
            dtable = dtable ? o.add(p, dtable, added) : added
          }
          const loss = sums.length === 1 ? sums[0]! : o.addN(p, sums)
          const made = dtable ? [loss, o.concat(p, dhidden), dtable] : [loss]
          return losses ? [...made, o.concat(p, own)] : made
        },
      )
      const saved = losses ? others.slice(0, -1) : others
      if (losses) {
        const rows = others.at(-1)!
        losses.set(rows.dataSync() as Float32Array)
        rows.dispose()
      }
      return { value: value!, saved }
    },
    backward({ dy, saved: [dhidden, dtable] }) {
      if (dy.dataSync()[0] === 1) return { dhidden: dhidden!, dtable: dtable! }
      return { dhidden: tf.mul(dhidden!, dy), dtable: tf.mul(dtable!, dy) }
    },
  }
}

/**
 * For rows h [n, C]: `loss` [n, 1]; `sums` [n, 1] of the exponentials; and these [n, V], less their sum at the target: the gradient
 * of the loss by the logits is their share of the sum. All from one set of rounded logits, so that little differences stay right.
 */
function softmaxOf(p: Builder, h: Value, table: Value, targets: Value, type: DType) {
  const n = h.shape[0]!
  const logits = product(p, h, table, type, { transposeB: true })
  const shifted = o.sub(p, logits, o.max(p, logits))
  const exact = o.exp(p, shifted)
  const sums = o.sum(p, exact)
  const target = o.elements(p, shifted, targets)
  return {
    loss: o.sub(p, o.log(p, sums), o.reshape(p, target, [n, 1])),
    sums,
    exponentials(): Value {
      const corrected = o.sub(p, o.exp(p, target), o.reshape(p, sums, [n]))
      return o.withElements(p, o.cast(p, exact, type), targets, o.cast(p, corrected, type))
    },
  }
}
