import type { tf } from '../../tf.ts'
import type { Reals } from '../addon.ts'
import type { NativeBackend } from '../backend.ts'

/** What one pass over the rows of a norm's input makes. */
interface NormPass {
  /** Under which it is counted. */
  readonly name: string
  readonly rows: number
  readonly width: number
  /** How many weights of [width] the norm has. */
  readonly weights: number
  /** What the pass reads of tensors that may be gone by then. */
  readonly reads: readonly Reals[]
  /** @param onto whether dx [rows, width] holds values to add to */
  run(dx: Float32Array, dweights: readonly Float32Array[], onto: boolean): void
}

/**
 * The gradients of a norm, pending: where its input is the residual stream, whose gradient is there already, the pass adds to it
 * instead of writing dx, which would be read once to be added. One pass makes all of them, when the first is asked for.
 */
export function normGradients(
  backend: NativeBackend,
  { name, rows, width, weights, reads, run }: NormPass,
): { dx: tf.Tensor; dweights: tf.Tensor[] } {
  const { pool, profile } = backend
  for (const { buffer } of reads) pool.retain(buffer)
  let waiting = 1 + weights
  let made: { dx: Float32Array; dweights: Float32Array[] } | undefined

  function pass(into?: Float32Array): { dx: Float32Array; dweights: Float32Array[] } {
    const dx = into ?? backend.floats(rows * width)
    const dweights = Array.from({ length: weights }, () => backend.floats(width))
    const read = reads.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const onto = into !== undefined
    profile.run(name, 0, read + (onto ? 2 : 1) * dx.byteLength, () => run(dx, dweights, onto))
    made = { dx, dweights }
    letGo()
    return made
  }
  function letGo(): void {
    for (const { buffer } of reads) pool.release(buffer)
  }
  function release(): void {
    waiting--
    if (waiting === 0 && !made) letGo()
  }

  return {
    dx: backend.pendingTensor([rows, width], {
      compute: () => (made ?? pass()).dx,
      addTo(sum) {
        if (made) backend.addInto(sum, made.dx)
        else pass(sum)
      },
      release,
    }),
    dweights: Array.from({ length: weights }, (_, i) =>
      backend.pendingTensor([width], {
        compute: () => (made ?? pass()).dweights[i]!,
        addTo: sum => backend.addInto(sum, (made ?? pass()).dweights[i]!),
        release,
      }),
    ),
  }
}
