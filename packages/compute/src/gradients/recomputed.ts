import { differentiable } from '../ops/differentiable.ts'
import { tf } from '../tf.ts'
import { pullBack } from './valueAndGradients.ts'

/**
 * f(x), of which nothing is kept for the backward pass but x: there f is computed once more (Chen et al. 2016, "Training Deep Nets
 * with Sublinear Memory Cost"). Trades a forward pass for the memory of what f keeps.
 *
 * @param x the input
 * @param variables every variable that f uses; gradients reach no other
 * @param f must give the same for the same x: dropout by position and step, no state
 */
export function recomputed<T extends tf.Tensor>(x: T, variables: readonly tf.Variable[], f: (x: T) => T): T {
  return differentiable({
    inputs: [x, ...variables],
    forward: keep => ({ value: f(x), saved: keep ? [x] : [] }),
    backward: (dy, [again]) => {
      const inputs = [again!, ...variables]
      return pullBack(() => f(again as T), inputs, dy).map((gradient, i) => gradient ?? tf.zerosLike(inputs[i]!))
    },
  })
}
