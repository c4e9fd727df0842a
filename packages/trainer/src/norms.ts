import { squaredNorms, type tf } from '@sluice/compute'
import { parameterGroup } from '@sluice/transformer'

export interface GradientNorms {
  /** L2 norm of all gradients together. */
  readonly total: number
  /** L2 norm of each group of parameters that the model has. */
  readonly groups: Readonly<Record<string, number>>
}

export function gradientNorms(names: readonly string[], gradients: readonly tf.Tensor[]): GradientNorms {
  let total = 0
  const groups: Record<string, number> = {}
  squaredNorms(gradients).forEach((square, i) => {
    const group = parameterGroup(names[i]!)
    groups[group] = (groups[group] ?? 0) + square
    total += square
  })
  for (const group of Object.keys(groups)) groups[group] = Math.sqrt(groups[group]!)
  return { total: Math.sqrt(total), groups }
}
