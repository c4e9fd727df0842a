import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { exactGelu } from './reference/gelu.ts'

/**
 * x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))): the tanh form of GELU (Hendrycks and Gimpel 2016), "gelu_new" in GPT-2's config.
 *
 * @param x any shape
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return differentiable({
    inputs: [x],
    forward: () => ({ value: kernel('gelu').forward({ x }), saved: [x] }),
    backward: (dy, [x]) => [kernel('gelu').backward({ dy, x: x! })],
  })
}

/**
 * x · P(X ≤ x) for a normal X: GELU as it is defined (Hendrycks and Gimpel 2016), "gelu" in BERT's config.
 *
 * @param x any shape
 */
export function geluOfNormal<T extends tf.Tensor>(x: T): T {
  return differentiable({
    inputs: [x],
    forward: () => ({ value: exactGelu.forward({ x }), saved: [x] }),
    backward: (dy, [x]) => [exactGelu.backward({ dy, x: x! })],
  })
}
