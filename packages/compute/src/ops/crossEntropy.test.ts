import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp, expectClose, normals } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'
import { crossEntropy } from './crossEntropy.ts'
import { embedding } from './embedding.ts'

onEveryBackend(() => {
  it.each([
    [1, 1, 1],
    [1, 3, 2],
    [7, 5, 13],
    [33, 16, 101],
    [130, 8, 67],
  ])('is the mean over %i rows of width %i, vocabulary %i', (rows, width, vocabulary) => {
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7) % vocabulary)
    const weights = new Float32Array(rows).fill(1)
    checkOp(
      {
        shapes: [
          [rows, width],
          [vocabulary, width],
        ],
        run: (hidden, table) => crossEntropy(hidden as tf.Tensor2D, table as tf.Tensor2D, targets),
        truth: (hidden, table) => double.crossEntropy(hidden!, table!, width, targets, weights),
      },
      rows,
    )
  })

  it('weighs rows', () => {
    const targets = Int32Array.of(0, 1, 2, 3, 2)
    const weights = Float32Array.of(1, 0, 0.5, 2, 0)
    checkOp(
      {
        shapes: [
          [5, 6],
          [4, 6],
        ],
        run: (hidden, table) => crossEntropy(hidden as tf.Tensor2D, table as tf.Tensor2D, targets, { weights }),
        truth: (hidden, table) => double.crossEntropy(hidden!, table!, 6, targets, weights),
      },
      4,
    )
  })

  it('tells the loss of each row, with and without gradients', () => {
    const [rows, width, vocabulary] = [62, 2, 70_000]
    const hidden = tf.tensor2d(normals(rows * width, 1, 'hidden'), [rows, width])
    const table = tf.tensor2d(normals(vocabulary * width, 2, 'table'), [vocabulary, width])
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * 6899) % vocabulary)
    const weights = Float32Array.from({ length: rows }, (_, i) => i % 2)
    const losses = new Float32Array(rows)
    const before = tf.memory().numTensors
    tf.dispose(crossEntropy(hidden, table, targets, { weights, losses }))
    const again = new Float32Array(rows)
    tf.dispose(tf.grad(h => crossEntropy(h as tf.Tensor2D, table, targets, { losses: again }))(hidden))
    expect(tf.memory().numTensors).toBe(before)
    const exactTable = Float64Array.from(table.dataSync())
    const truth = Float32Array.from(targets, (target, i) => {
      const row = Float64Array.from(hidden.dataSync().subarray(i * width, (i + 1) * width))
      return double.crossEntropy(row, exactTable, width, Int32Array.of(target), Float32Array.of(1))[0]!
    })
    expectClose('losses', losses, truth, 1e-5)
    expectClose('losses with gradients', again, truth, 1e-5)
    tf.dispose([hidden, table])
  })

  it('takes rows block by block where the vocabulary is large', () => {
    // 59 rows of 70,000 logits are a block of 16 MiB: 62 rows are two blocks, 31 are one.
    const [rows, width, vocabulary] = [62, 2, 70_000]
    const hidden = tf.tensor2d(normals(rows * width, 1, 'hidden'), [rows, width])
    const table = tf.tensor2d(normals(vocabulary * width, 2, 'table'), [vocabulary, width])
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * 6899) % vocabulary)
    const entropy = (from: number, to: number) =>
      tf.valueAndGrads((h, t) => crossEntropy(h as tf.Tensor2D, t as tf.Tensor2D, targets.subarray(from, to)))([
        tf.slice(hidden, [from, 0], [to - from, width]),
        table,
      ])
    tf.tidy(() => {
      const [whole, ...halves] = [entropy(0, rows), entropy(0, 31), entropy(31, rows)]
      const mean = (of: (half: typeof whole) => tf.Tensor) => tf.mul(tf.add(of(halves[0]!), of(halves[1]!)), 0.5)
      const rowsOf = halves.map(half => half.grads[0]!)
      expectClose('loss', whole!.value.dataSync(), mean(half => half!.value).dataSync(), 1e-6)
      expectClose('dhidden', whole!.grads[0]!.dataSync(), tf.mul(tf.concat(rowsOf), 0.5).dataSync(), 1e-5)
      expectClose('dtable', whole!.grads[1]!.dataSync(), mean(half => half!.grads[1]!).dataSync(), 1e-5)
    })
    tf.dispose([hidden, table])
  })

  it('is 0, with gradients of 0, where all weights are 0', () => {
    const targets = Int32Array.of(0, 1)
    const weights = new Float32Array(2)
    checkOp(
      {
        shapes: [
          [2, 3],
          [4, 3],
        ],
        run: (hidden, table) => crossEntropy(hidden as tf.Tensor2D, table as tf.Tensor2D, targets, { weights }),
        truth: () => Float64Array.of(0),
      },
      5,
    )
  })

  it('does not overflow where a logit is large', () => {
    const targets = Int32Array.of(3, 0, 1)
    checkOp(
      {
        shapes: [
          [3, 8],
          [5, 8],
        ],
        scale: 15,
        run: (hidden, table) => crossEntropy(hidden as tf.Tensor2D, table as tf.Tensor2D, targets),
        truth: (hidden, table) => double.crossEntropy(hidden!, table!, 8, targets, Float32Array.of(1, 1, 1)),
      },
      6,
    )
  })

  it('gives gradients that outlive the tape, for a table of its own and for one that is used twice', () => {
    const before = tf.memory().numTensors
    const [hidden, table] = [tf.tensor2d(normals(12, 1, 'h'), [3, 4]), tf.tensor2d(normals(20, 1, 't'), [5, 4])]
    const targets = Int32Array.of(4, 0, 1)
    const [dhidden, dtable] = tf.grads((h, t) => crossEntropy(h as tf.Tensor2D, t as tf.Tensor2D, targets))([
      hidden,
      table,
    ])
    const twice = tf.grad(t => crossEntropy(embedding(t as tf.Tensor2D, targets), t as tf.Tensor2D, targets))(table)
    tf.tidy(() => {
      // Softmax minus one-hot sums to zero over the vocabulary: to move all rows of the table alike changes nothing.
      for (const value of dtable!.sum(0).dataSync()) expect(Math.abs(value)).toBeLessThan(1e-6)
      expect(dhidden!.abs().sum().dataSync()[0]).toBeGreaterThan(0.1)
      expect(twice.abs().sum().dataSync()[0]).toBeGreaterThan(0.01)
    })
    tf.dispose([hidden, table, dhidden!, dtable!, twice])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('names what does not fit', () => {
    tf.tidy(() => {
      const [hidden, table] = [tf.zeros([2, 3]) as tf.Tensor2D, tf.zeros([4, 3]) as tf.Tensor2D]
      expect(() => crossEntropy(hidden, table, Int32Array.of(1))).toThrow(
        'crossEntropy: targets must be 2 values, one a row, not 1',
      )
      expect(() => crossEntropy(hidden, table, Int32Array.of(1, 4))).toThrow(
        'crossEntropy: targets[1] is 4, but the table has 4 rows',
      )
      expect(() => crossEntropy(hidden, table, Int32Array.of(1, 2), { weights: new Float32Array(3) })).toThrow(
        'crossEntropy: weights must be 2 values, one a row, not 3',
      )
    })
  })
})
