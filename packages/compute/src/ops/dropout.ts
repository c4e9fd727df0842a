import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import type { Dropout } from './random.ts'
import { ShapeError } from './shapes.ts'

/**
 * Drops elements at random and scales the others by 1 / (1 - rate). The mask is a pure function of `random` and is made
 * again, not kept, for the gradient.
 *
 * @param x any shape; element `i` is the i-th in row-major order
 */
export function dropout<T extends tf.Tensor>(x: T, options: Dropout): T {
  if (!(options.rate >= 0 && options.rate < 1)) {
    throw new ShapeError(`dropout: rate must be at least 0 and below 1, not ${options.rate}`)
  }
  if (options.rate === 0) return x.clone() as T
  return differentiable({
    inputs: [x],
    forward: () => ({ value: kernel('dropout')({ x, dropout: options }), saved: [] }),
    backward: dy => [kernel('dropout')({ x: dy, dropout: options })],
  })
}
