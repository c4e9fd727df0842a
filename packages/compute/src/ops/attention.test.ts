import { randomStream } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp, normals } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { attention } from './attention.ts'

const SHAPES = [
  { batch: 1, time: 1, heads: 1, width: 1 },
  { batch: 1, time: 2, heads: 1, width: 4 },
  { batch: 2, time: 5, heads: 3, width: 9 },
  { batch: 3, time: 17, heads: 2, width: 10 },
  { batch: 1, time: 37, heads: 2, width: 64 },
  { batch: 2, time: 33, heads: 1, width: 13 },
  // Kernels take blocks of queries.
  { batch: 1, time: 131, heads: 2, width: 6 },
]

onEveryBackend(() => {
  for (const causal of [true, false]) {
    it.each(SHAPES)(`attends, ${causal ? 'causal' : 'everywhere'}: $batch x $time, $heads heads of $width`, shape => {
      const rows = shape.batch * shape.time
      checkOp(
        {
          shapes: [[rows, 3 * shape.width]],
          run: qkv => attention(qkv as tf.Tensor2D, { ...shape, causal }),
          truth: qkv => double.attention(qkv!, { ...shape, causal }),
        },
        shape.time,
      )
    })
  }

  it.each([
    { batch: 2, time: 7, heads: 3, width: 12, causal: true },
    { batch: 1, time: 70, heads: 2, width: 4, causal: false },
  ])('drops probabilities by the numbers of the stream: $time positions', shape => {
    const rows = shape.batch * shape.time
    const stream = randomStream(8, 'attention dropout')
    const random = { key: stream.key, nameHash: stream.nameHash, offset: 1002 }
    checkOp(
      {
        shapes: [[rows, 3 * shape.width]],
        run: qkv => attention(qkv as tf.Tensor2D, { ...shape, dropout: { rate: 0.3, random } }),
        truth: qkv => double.attention(qkv!, shape, i => (stream.uniform(1002 + i) >= 0.3 ? 1 / 0.7 : 0)),
      },
      2,
    )
  })

  // Lengths of the runs, row by row.
  const PACKED = [
    { width: 6, heads: 2, rows: [[1, 4, 2]] },
    { width: 10, heads: 2, rows: [[5, 12], [17], [16, 1]] },
    { width: 4, heads: 1, rows: [[70, 61]] },
    {
      width: 8,
      heads: 1,
      rows: [
        [129, 1, 1],
        [65, 66],
      ],
    },
  ]
  for (const causal of [true, false]) {
    for (const rate of [0, 0.3]) {
      it.each(PACKED)(`keeps packed sequences apart, causal ${causal}, dropout ${rate}: $rows`, packed => {
        const { width, heads, rows } = packed
        const batch = rows.length
        const time = rows[0]!.reduce((sum, length) => sum + length, 0)
        const segments = Int32Array.from(rows.flatMap(lengths => lengths.flatMap((n, i) => Array(n).fill(i))))
        const stream = randomStream(8, 'packed dropout')
        const random = { key: stream.key, nameHash: stream.nameHash, offset: 11 }
        const shape = { batch, time, heads, width, causal }
        checkOp(
          {
            shapes: [[batch * time, 3 * width]],
            run: qkv => attention(qkv as tf.Tensor2D, { ...shape, segments, dropout: { rate, random } }),
            truth: qkv =>
              double.attention(
                qkv!,
                shape,
                i => (stream.uniform(11 + i) >= rate ? 1 / (1 - rate) : 0),
                (b, i, j) => segments[b * time + i] === segments[b * time + j],
              ),
          },
          time,
        )
      })
    }
  }

  it('lets no position see a later one', () => {
    const options = { batch: 1, time: 9, heads: 2, causal: true }
    const before = normals(9 * 24, 1, 'qkv')
    const after = before.slice()
    after.fill(5, 6 * 24) // positions 6, 7 and 8
    tf.tidy(() => {
      const [a, b] = [before, after].map(qkv => attention(tf.tensor2d(qkv, [9, 24]), options).dataSync())
      expect([...a!.slice(0, 6 * 8)]).toEqual([...b!.slice(0, 6 * 8)])
      expect([...a!.slice(6 * 8)]).not.toEqual([...b!.slice(6 * 8)])
    })
  })

  it('does not overflow where a score is large', () => {
    const shape = { batch: 1, time: 6, heads: 1, width: 8, causal: true }
    checkOp(
      {
        shapes: [[6, 24]],
        scale: 12,
        run: qkv => attention(qkv as tf.Tensor2D, shape),
        truth: qkv => double.attention(qkv!, shape),
        tolerance: 1e-4,
      },
      3,
    )
  })

  it('names what does not fit', () => {
    tf.tidy(() => {
      const options = { batch: 1, time: 2, heads: 3, causal: true }
      expect(() => attention(tf.zeros([2, 12]), options)).toThrow('attention: the width 4 is not a multiple of 3 heads')
      expect(() => attention(tf.zeros([3, 9]), options)).toThrow('attention: qkv must have the shape [2,9], not [3,9]')
      expect(() => attention(tf.zeros([2, 9]), { ...options, segments: new Int32Array(3) })).toThrow(
        'attention: segments must hold 1 x 2 = 2 numbers, not 3',
      )
    })
  })
})
