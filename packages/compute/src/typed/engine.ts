import type { LinearWeights } from '../ops/kernels.ts'
import type { tf } from '../tf.ts'
import { affine, rowDots } from './affine.ts'
import { gelu } from './pointwise.ts'

/** A vector that a step computes with. */
export interface Vector {
  /** In place; not to be kept from one call to the next. */
  readonly values: Float32Array
  dispose(): void
}

/** What a step of the decoder is made of, where JavaScript can read the backend's data. */
export interface VectorEngine<V extends Vector = Vector> {
  /** A tensor's values, in place if that can be; not to be kept from one call to the next. */
  read(tensor: tf.Tensor): Float32Array
  /** A vector of zeros. */
  vector(length: number): V
  /** y = x · w + b, or y += that. */
  affine(x: V, weights: LinearWeights, y: V, accumulate: boolean): void
  /** y = table · x: the dot product of x with each row. */
  dots(table: tf.Tensor2D, x: V, y: V): void
  /** GELU in its tanh form, in place. */
  gelu(x: V): void
}

/** Everything in JavaScript. */
export const javaScriptEngine: VectorEngine = {
  read: tensor => tensor.dataSync() as Float32Array,
  vector: length => ({ values: new Float32Array(length), dispose() {} }),
  affine: (x, { w, b }, y, accumulate) =>
    affine(x.values, javaScriptEngine.read(w), javaScriptEngine.read(b!), y.values, accumulate),
  dots: (table, x, y) => rowDots(javaScriptEngine.read(table), x.values, y.values),
  gelu: x => gelu(x.values),
}
