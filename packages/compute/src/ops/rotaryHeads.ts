import type { tf } from '../tf.ts'
import { differentiable } from './differentiable.ts'
import { kernel } from './dispatch.ts'
import type { RotaryShape } from './kernels.ts'
import { expectShape, ShapeError } from './shapes.ts'

/**
 * From the fused projection of grouped-query attention (Ainslie et al. 2023) to what `attention` takes, with rotary positions
 * (Su et al. 2021) on the way: queries and keys are turned by the row's position, component j with component j + D / 2 as
 * Hugging Face's Llama has it, and keys and values repeated for the queries that share them.
 *
 * @param x [N, (H + 2G) D]: in each row the queries, then the keys, then the values
 * @param shape tables of cosines and sines as `rotaryTables` makes them; one row of ones and zeros turns nothing
 * @returns [N, 3 H D]
 */
export function rotaryHeads(x: tf.Tensor2D, shape: RotaryShape): tf.Tensor2D {
  const { heads, groups, dim, positions, cosines, sines } = shape
  if (heads % groups !== 0) throw new ShapeError(`rotaryHeads: ${heads} heads cannot share ${groups} keys evenly`)
  if (dim % 2 !== 0) throw new ShapeError(`rotaryHeads: a head turns pairs of components, and has ${dim}`)
  expectShape('rotaryHeads', 'x', x, [positions.length, (heads + 2 * groups) * dim])
  const rows = cosines.length / (dim / 2)
  if (!Number.isInteger(rows) || sines.length !== cosines.length) {
    throw new ShapeError(
      `rotaryHeads: tables of ${cosines.length} and ${sines.length} numbers are not rows of ${dim / 2}`,
    )
  }
  const beyond = positions.find(position => !(position >= 0 && position < rows))
  if (beyond !== undefined) throw new ShapeError(`rotaryHeads: position ${beyond} is outside the tables' ${rows} rows`)
  return differentiable({
    inputs: [x],
    forward: () => ({ value: kernel('rotaryHeads').forward({ x, shape }), saved: [] }),
    backward: dy => [kernel('rotaryHeads').backward({ dy: dy as tf.Tensor2D, shape })],
  })
}

/**
 * Cosine and sine of position * theta^(-2j / D) for positions 0..count-1 and j in 0..D/2-1.
 *
 * @returns two tables [count, D / 2]
 */
export function rotaryTables(count: number, dim: number, theta: number) {
  const half = dim / 2
  const [cosines, sines] = [new Float32Array(count * half), new Float32Array(count * half)]
  for (let j = 0; j < half; j++) {
    const frequency = theta ** (-j / half)
    for (let position = 0; position < count; position++) {
      cosines[position * half + j] = Math.cos(position * frequency)
      sines[position * half + j] = Math.sin(position * frequency)
    }
  }
  return { cosines, sines }
}
