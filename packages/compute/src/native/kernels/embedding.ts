import type { EmbeddingKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'

export function embeddingKernel(backend: NativeBackend): EmbeddingKernel {
  const { addon, pool, profile } = backend
  return {
    forward({ table, ids }) {
      const [vocab, width] = table.shape
      const out = backend.floats(ids.length * width)
      profile.run('embedding', 0, 2 * out.byteLength, () =>
        addon.embeddingForward(backend.floatsOf(table), ids, out, ids.length, width, vocab),
      )
      return backend.tensor([ids.length, width], out)
    },
    /**
     * Pending: where the table is the output projection, too, its gradient is there already, and a few rows are added to it
     * instead of a table of zeros being filled, read and added.
     */
    backward({ dy, ids, shape: [vocab, width] }) {
      const gradient = backend.realsOf(dy)
      pool.retain(gradient.buffer)
      const into = (sum: Float32Array, onto: boolean): Float32Array => {
        profile.run('embedding backward', 0, gradient.byteLength + (onto ? 2 : 1) * sum.byteLength, () =>
          addon.embeddingBackward(gradient, ids, sum, ids.length, width, vocab, onto),
        )
        return sum
      }
      return backend.pendingTensor([vocab, width], {
        compute: () => into(backend.floats(vocab * width), false),
        addTo: sum => into(sum, true),
        release: () => pool.release(gradient.buffer),
      })
    },
  }
}
