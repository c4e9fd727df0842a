import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp, normals } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { attention } from './attention.ts'
import { rotaryHeads, rotaryTables } from './rotaryHeads.ts'

onEveryBackend(() => {
  it.each([
    { rows: 1, heads: 1, groups: 1, dim: 2 },
    { rows: 5, heads: 4, groups: 2, dim: 6 },
    { rows: 7, heads: 6, groups: 1, dim: 34 },
    { rows: 131, heads: 2, groups: 2, dim: 4 },
  ])('turns and repeats: $rows rows, $heads heads, $groups groups of $dim', ({ rows, ...shape }) => {
    const positions = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 19)
    const tables = rotaryTables(19, shape.dim, 100)
    checkOp(
      {
        shapes: [[rows, (shape.heads + 2 * shape.groups) * shape.dim]],
        run: x => rotaryHeads(x as tf.Tensor2D, { ...shape, positions, ...tables }),
        truth: x => double.rotaryHeads(x!, shape, positions, 100),
      },
      rows,
    )
  })

  it('makes attention see distances only', () => {
    const [time, dim] = [6, 8]
    const shape = { heads: 1, groups: 1, dim, ...rotaryTables(40, dim, 10_000) }
    tf.tidy(() => {
      const x = tf.tensor2d(normals(time * 3 * dim, 2, 'x'), [time, 3 * dim])
      const [near, far] = [0, 30].map(first => {
        const positions = Int32Array.from({ length: time }, (_, i) => first + i)
        const turned = rotaryHeads(x, { ...shape, positions })
        return attention(turned, { batch: 1, time, heads: 1, causal: true }).dataSync()
      })
      near!.forEach((value, i) => {
        expect(far![i]).toBeCloseTo(value, 4)
      })
    })
  })

  it('names what does not fit', () => {
    const tables = rotaryTables(3, 4, 10_000)
    const shape = { heads: 3, groups: 1, dim: 4, positions: Int32Array.of(0, 1), ...tables }
    tf.tidy(() => {
      const x = tf.zeros<tf.Rank.R2>([2, 20])
      expect(() => rotaryHeads(x, { ...shape, groups: 2 })).toThrow('rotaryHeads: 3 heads cannot share 2 keys evenly')
      expect(() => rotaryHeads(x, { ...shape, dim: 5 })).toThrow(
        'rotaryHeads: a head turns pairs of components, and has 5',
      )
      expect(() => rotaryHeads(x, { ...shape, positions: Int32Array.of(0, 3) })).toThrow(
        "rotaryHeads: position 3 is outside the tables' 3 rows",
      )
      expect(() => rotaryHeads(tf.zeros([2, 16]), shape)).toThrow(
        'rotaryHeads: x must have the shape [2,20], not [2,16]',
      )
    })
  })
})
