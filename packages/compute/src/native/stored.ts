import type { tf } from '../tf.ts'
import type { BufferPool } from './pool.ts'

type Values = Float32Array | Int32Array | Uint8Array | Uint8Array[]

/** Values that have not been computed yet. What they are computed from is theirs until release(). */
export interface Pending {
  compute(): Float32Array
  addTo(sum: Float32Array): void
  release(): void
}

/**
 * The data of a tensor, in the shape that tfjs's cpu kernels expect of `backend.data.get(id)`. A float32 tensor may be kept
 * in bfloat16: `values` makes floats of it when somebody asks, which our own kernels do not.
 */
export class Stored {
  readonly dtype: tf.DataType
  refCount: number
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo }
  #values: Values | undefined
  #half: Uint16Array | undefined
  pending: Pending | undefined
  readonly #pool: BufferPool
  readonly #widen: (half: Uint16Array) => Float32Array

  constructor(
    values: Values | Uint16Array | undefined,
    dtype: tf.DataType,
    refCount: number,
    pool: BufferPool,
    widen: (half: Uint16Array) => Float32Array,
  ) {
    this.dtype = dtype
    this.refCount = refCount
    this.#pool = pool
    this.#widen = widen
    if (values instanceof Uint16Array) this.#half = values
    else this.#values = values
    if (ArrayBuffer.isView(values)) pool.retain(values.buffer)
  }

  get values(): Values | undefined {
    if (this.pending) {
      this.#values = this.pending.compute()
      this.#pool.retain(this.#values.buffer)
      this.pending.release()
      this.pending = undefined
    }
    if (this.#values === undefined && this.#half) {
      this.#values = this.#widen(this.#half)
      this.#pool.retain(this.#values.buffer)
    }
    return this.#values
  }

  /** The bfloat16 form, if that is what it was made in. */
  get half(): Uint16Array | undefined {
    return this.#half
  }

  /** Whether others look at the same buffer. */
  get shared(): boolean {
    return ArrayBuffer.isView(this.#values) && this.#pool.uses(this.#values.buffer) > 1
  }

  /** Gives the buffers back. */
  release(): void {
    this.pending?.release()
    this.pending = undefined
    for (const array of [this.#values, this.#half]) if (ArrayBuffer.isView(array)) this.#pool.release(array.buffer)
    this.#values = undefined
    this.#half = undefined
  }
}
