import type { NamedTensor, Snapshot } from '@sluice/pipeline'
import { float32 } from './tensors.ts'

const named = (...tensors: NamedTensor[]) => new Map(tensors.map(tensor => [tensor.name, tensor]))

/** A small snapshot whose values tell `step` and `salt`. */
export function snapshotOf(step: number, { optimizer = true, salt = 0 } = {}): Snapshot {
  const weights = named(float32('a.weight', [2, 2], [step, salt, 1, 2]), float32('a.bias', [2], [step + 0.5, -0]))
  const moments = named(float32('exp_avg.a.weight', [2, 2], [step, salt, 3, 4]))
  return { step, weights, ...(optimizer ? { optimizer: moments } : {}), trainer: { step, loss: 1 / 3, salt } }
}
