import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import { expectIds, expectRank } from './shapes.ts'

/**
 * Rows of a table.
 *
 * @param table [V, C]
 * @param ids each in [0, V)
 * @returns [ids.length, C]
 */
export function embedding(table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  expectRank('embedding', 'table', table, 2)
  expectIds('embedding', 'ids', ids, table.shape[0])
  const shape: [number, number] = [table.shape[0], table.shape[1]]
  return differentiable({
    inputs: [table],
    forward: () => ({ value: kernel('embedding').forward({ table, ids }), saved: [] }),
    backward: dy => [kernel('embedding').backward({ dy: dy as tf.Tensor2D, ids, shape })],
  })
}
