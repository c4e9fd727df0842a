import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { Precision } from '../backends/backend.ts'
import { tf } from '../tf.ts'
import type { Addon, Reals } from './addon.ts'
import { BINARY, UNARY } from './functions.ts'
import { BufferPool, POOLED_FROM } from './pool.ts'
import { Profile } from './profile.ts'
import { type Pending, Stored } from './stored.ts'

type DataId = tf.DataId

/**
 * tfjs's cpu backend with our memory under it and our kernels beside it. All of tfjs's cpu kernels work on it, since the data of
 * a tensor is a typed array; that array lies in a pooled buffer, which goes back to the pool with the tensor.
 */
export class NativeBackend extends MathBackendCPU {
  readonly addon: Addon
  readonly pool: BufferPool
  readonly profile: Profile
  precision: Precision

  constructor(addon: Addon, precision: Precision) {
    super()
    this.addon = addon
    this.precision = precision
    this.pool = new BufferPool(bytes => addon.allocate(bytes))
    this.profile = new Profile()
    // The parent advertises another package when it is used first.
    ;(this as unknown as { firstUse: boolean }).firstUse = false
  }

  /** Whether products are made in bfloat16. */
  get bf16(): boolean {
    return this.precision === 'bf16'
  }

  // --- memory -----------------------------------------------------------------------------------------------------------

  /** A Float32Array to write to, contents undefined. It goes into a tensor or is left to the garbage collector. */
  floats(length: number): Float32Array<ArrayBuffer> {
    if (length * 4 < POOLED_FROM) return new Float32Array(length)
    return new Float32Array(this.pool.take(length * 4), 0, length)
  }

  /** An array for values that matrix products will read: bfloat16 where the products are. */
  reals(length: number): Reals {
    if (!this.bf16) return this.floats(length)
    if (length * 2 < POOLED_FROM) return new Uint16Array(length)
    return new Uint16Array(this.pool.take(length * 2), 0, length)
  }

  /** A tensor on an array that floats() or reals() gave. */
  tensor(shape: number[], values: Reals): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(shape, values), this)
  }

  /** The same as tfjs's kernels return it. */
  info(shape: number[], values: Reals): tf.TensorInfo {
    return { dataId: this.write(values as Float32Array, shape, 'float32'), shape, dtype: 'float32' }
  }

  /** A tensor's values as floats, in place. */
  floatsOf(tensor: tf.TensorInfo): Float32Array {
    return this.#stored(tensor.dataId).values as Float32Array
  }

  /** A tensor's values as they are kept, in place. */
  realsOf(tensor: tf.TensorInfo): Reals {
    const stored = this.#stored(tensor.dataId)
    return stored.half ?? (stored.values as Float32Array)
  }

  /** A tensor's values in the type of matrix products; a copy where they are kept in the other. */
  multipliedOf(tensor: tf.TensorInfo): Reals {
    if (!this.bf16) return this.floatsOf(tensor)
    const stored = this.#stored(tensor.dataId)
    if (stored.half) return stored.half
    const values = stored.values as Float32Array
    const half = this.reals(values.length)
    if (values.length > 0) this.addon.unary(UNARY.copy, values, half, values.length)
    return half
  }

  /**
   * A variable's values, to be written in place: in memory of our own that nothing else looks at. What tfjs was given by the
   * user, or shares between tensors, is copied first.
   */
  ownFloats(variable: tf.Variable): Float32Array {
    const stored = this.#stored(variable.dataId)
    const values = stored.values as Float32Array
    if (stored.refCount === 1 && !stored.shared && this.#mayChange(values)) return values
    const copy = this.floats(values.length)
    copy.set(values)
    if (!this.pool.has(copy.buffer)) this.#copied.add(copy)
    const fresh = this.tensor(variable.shape, copy)
    variable.assign(fresh)
    fresh.dispose()
    return copy
  }

  /** Adds `term` to `sum` in place: see valueAndGradients. */
  accumulate(sum: tf.Tensor, term: tf.Tensor): boolean {
    const stored = this.#stored(sum.dataId)
    if (stored.refCount !== 1 || stored.half || sum.dtype !== 'float32') return false
    const values = stored.values as Float32Array
    if (stored.shared || !this.#mayChange(values)) return false
    const other = this.#stored(term.dataId)
    if (other.pending) {
      other.pending.addTo(values)
      return true
    }
    this.addInto(values, this.realsOf(term))
    return true
  }

  /** sum += term, in place. */
  addInto(sum: Float32Array, term: Reals): void {
    const size = sum.length
    this.profile.run('accumulate', 0, 2 * sum.byteLength + term.byteLength, () =>
      this.addon.binary(BINARY.add, sum, term, sum, 1, size, size, 1, size, 1),
    )
  }

  /** A tensor whose values are computed when somebody asks for them, or added to another's without ever being made. */
  pendingTensor(shape: number[], pending: Pending): tf.Tensor {
    const dataId = { id: nextId++ }
    const stored = new Stored(undefined, 'float32', 1, this.pool, half => this.#widen(half))
    stored.pending = pending
    this.data.set(dataId, stored as never)
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'float32' }, this)
  }

  /** Small arrays that we made ourselves. */
  readonly #copied = new WeakSet<Float32Array>()

  #stored(dataId: DataId): Stored {
    return this.data.get(dataId) as unknown as Stored
  }

  // --- what tfjs asks of a backend ----------------------------------------------------------------------------------------

  override write(values: tf.backend_util.BackendValues, _shape: number[], dtype: tf.DataType): DataId {
    const dataId = { id: nextId++ }
    this.move(dataId, values, _shape, dtype, 1)
    return dataId
  }

  override move(
    dataId: DataId,
    values: tf.backend_util.BackendValues,
    _shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const stored = new Stored(values as Float32Array, dtype, refCount, this.pool, half => this.#widen(half))
    this.data.set(dataId, stored as never)
  }

  /** A copy where the array is ours: it will be written to again. */
  override readSync(dataId: DataId): tf.backend_util.BackendValues {
    const values = super.readSync(dataId)
    return ArrayBuffer.isView(values) && this.#mayChange(values) ? (values as Float32Array).slice() : values
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const stored = this.data.has(dataId) ? this.#stored(dataId) : undefined
    const gone = super.disposeData(dataId, force)
    if (gone) stored?.release()
    return gone
  }

  override memory(): ReturnType<MathBackendCPU['memory']> {
    return { unreliable: false, reasons: [] }
  }

  override dispose(): void {
    this.pool.trim()
    this.addon.trimScratch()
  }

  #mayChange(values: ArrayBufferView): boolean {
    return this.pool.has(values.buffer) || this.#copied.has(values as Float32Array)
  }

  #widen(half: Uint16Array): Float32Array {
    const values = this.floats(half.length)
    if (half.length > 0) this.addon.unary(UNARY.copy, half, values, half.length)
    return values
  }
}

let nextId = 0
