import type { CrossEntropyKernel } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import type { NativeBackend } from '../backend.ts'

/** `saved` is the reference's: the gradients for dy = 1, made while the logits of a block of rows are at hand. */
export function crossEntropyKernel(backend: NativeBackend): CrossEntropyKernel {
  const { addon, profile } = backend
  return {
    forward({ hidden, table, targets, weights, keep, losses }) {
      const [rows, width] = hidden.shape
      const vocab = table.shape[0]
      const dhidden = keep ? backend.reals(rows * width) : null
      const dtable = keep ? backend.floats(vocab * width) : null
      const values = backend.realsOf(hidden)
      const bytes = values.byteLength + vocab * width * 4 + (dhidden?.byteLength ?? 0) + (dtable?.byteLength ?? 0)
      const loss = profile.run('crossEntropy', (keep ? 6 : 2) * rows * width * vocab, bytes, () =>
        addon.crossEntropy(
          backend.bf16,
          values,
          backend.floatsOf(table),
          targets,
          weights,
          dhidden,
          dtable,
          rows,
          width,
          vocab,
          losses,
        ),
      )
      const saved =
        dhidden && dtable ? [backend.tensor([rows, width], dhidden), backend.tensor([vocab, width], dtable)] : []
      return { value: tf.scalar(loss), saved }
    },
    backward({ dy, saved: [dhidden, dtable] }) {
      if (backend.floatsOf(dy)[0] === 1) return { dhidden: dhidden!, dtable: dtable! }
      return { dhidden: tf.mul(dhidden!, dy), dtable: tf.mul(dtable!, dy) }
    },
  }
}
