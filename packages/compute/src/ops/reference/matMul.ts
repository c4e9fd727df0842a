import { tf } from '../../tf.ts'

/** a · bᵀ. */
export function matMulTransposedB(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return slowTransposes() ? tf.matMul(a, tf.transpose(b)) : tf.matMul(a, b, false, true)
}

/** aᵀ · b. */
export function matMulTransposedA(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return slowTransposes() ? tf.matMul(tf.transpose(a), b) : tf.matMul(a, b, true, false)
}

/** tfjs-wasm multiplies by XNNPACK only where nothing is transposed; else by a plain loop, ten to forty times slower. */
function slowTransposes(): boolean {
  return tf.getBackend() === 'wasm'
}
