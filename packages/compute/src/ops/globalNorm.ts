import { tf } from '../tf.ts'
import { kernel } from './dispatch.ts'

/** The sum of squares of each tensor, summed in double precision where the backend computes in JavaScript or C++. */
export function squaredNorms(tensors: readonly tf.Tensor[]): number[] {
  let norms: number[] = []
  tf.tidy(() => {
    norms = kernel('squaredNorms')(tensors)
  })
  return norms
}

/** The length of all tensors taken as one vector. */
export function globalNorm(tensors: readonly tf.Tensor[]): number {
  return Math.sqrt(squaredNorms(tensors).reduce((sum, square) => sum + square, 0))
}

/** The factor that brings gradients of length `norm` down to `limit`: 1 if they are no longer. For `adamWUpdate`'s gradScale. */
export function clipScale(norm: number, limit: number): number {
  return norm > limit ? limit / norm : 1
}
