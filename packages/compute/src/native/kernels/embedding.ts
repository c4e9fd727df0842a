import type { EmbeddingKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'

export function embeddingKernel(backend: NativeBackend): EmbeddingKernel {
  const { addon, profile } = backend
  return {
    forward({ table, ids }) {
      const [vocab, width] = table.shape
      const out = backend.floats(ids.length * width)
      profile.run('embedding', 0, 2 * out.byteLength, () =>
        addon.embeddingForward(backend.floatsOf(table), ids, out, ids.length, width, vocab),
      )
      return backend.tensor([ids.length, width], out)
    },
    backward({ dy, ids, shape: [vocab, width] }) {
      const dtable = backend.floats(vocab * width)
      const gradient = backend.realsOf(dy)
      profile.run('embedding backward', 0, gradient.byteLength + dtable.byteLength, () =>
        addon.embeddingBackward(gradient, ids, dtable, ids.length, width, vocab),
      )
      return backend.tensor([vocab, width], dtable)
    },
  }
}
