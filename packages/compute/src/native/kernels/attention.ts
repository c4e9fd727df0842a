import type { AttentionKernel, AttentionShape } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'
import { randomWords } from './random.ts'

/** `saved` is the reference's: the log of each row's denominator. */
export function attentionKernel(backend: NativeBackend): AttentionKernel {
  const { addon, profile } = backend
  return {
    takesStarts: true,
    forward({ qkv, shape, keep }) {
      const { batch, time, heads, causal, dropout, starts } = shape
      const rows = batch * time
      const width = qkv.shape[1] / 3
      const y = backend.reals(rows * width)
      const lse = keep ? backend.floats(rows * heads) : null
      const values = backend.multipliedOf(qkv)
      profile.run('attention', 4 * seen(shape) * width, values.byteLength + y.byteLength, () =>
        addon.attentionForward(
          backend.bf16,
          values,
          y,
          lse,
          batch,
          time,
          heads,
          width / heads,
          causal,
          dropout?.rate ?? 0,
          dropout && randomWords(dropout),
          starts,
          starts ? starts.length - 1 : batch,
        ),
      )
      return {
        value: backend.tensor([rows, width], y),
        saved: lse ? [backend.tensor([rows * heads], lse)] : [],
      }
    },
    backward({ dy, qkv, y, saved: [lse], shape }) {
      const { batch, time, heads, causal, dropout, starts } = shape
      const rows = batch * time
      const width = qkv.shape[1] / 3
      const dqkv = backend.reals(rows * 3 * width)
      const bytes = 2 * dqkv.byteLength + (2 * dqkv.byteLength) / 3
      profile.run('attention backward', 10 * seen(shape) * width, bytes, () =>
        addon.attentionBackward(
          backend.bf16,
          backend.multipliedOf(dy),
          backend.multipliedOf(qkv),
          backend.multipliedOf(y),
          backend.floatsOf(lse!),
          dqkv,
          batch,
          time,
          heads,
          width / heads,
          causal,
          dropout?.rate ?? 0,
          dropout && randomWords(dropout),
          starts,
          starts ? starts.length - 1 : batch,
        ),
      )
      return backend.tensor([rows, 3 * width], dqkv)
    },
  }
}

/** Pairs of a query and a key that it sees, of one head. */
function seen({ batch, time, causal, starts }: AttentionShape): number {
  let pairs = batch * time * time
  if (starts) {
    pairs = 0
    for (let i = 1; i < starts.length; i++) pairs += (starts[i]! - starts[i - 1]!) ** 2
  }
  return causal ? pairs / 2 : pairs
}
