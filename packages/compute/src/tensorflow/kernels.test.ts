import { randomStream } from '@sluice/pipeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backendReports, chooseBackend } from '../backends/choose.ts'
import type { TensorflowBackend } from '../backends/tensorflow/engine.ts'
import { valueAndGradients } from '../gradients/valueAndGradients.ts'
import { adamWUpdate } from '../ops/adamW.ts'
import { attention } from '../ops/attention.ts'
import { crossEntropy } from '../ops/crossEntropy.ts'
import { dropout } from '../ops/dropout.ts'
import { embedding } from '../ops/embedding.ts'
import { squaredNorms } from '../ops/globalNorm.ts'
import { layerNorm } from '../ops/layerNorm.ts'
import { linear } from '../ops/linear.ts'
import { dropoutFactors } from '../ops/reference/dropout.ts'
import { checkOp, expectClose, normals } from '../testing/checkOp.ts'
import * as double from '../testing/double.ts'
import { tf } from '../tf.ts'

// In f32 every operation is tested with those of the other backends, in ../ops. Here is what is TensorFlow's own.
const report = (await backendReports()).find(({ name }) => name === 'tensorflow')!

describe.skipIf(!report.available)(
  `on TensorFlow${report.available ? '' : ` (${report.reason}: ${report.advice})`}`,
  () => {
    const handles = () => (tf.backend() as TensorflowBackend).binding.getNumOfTensors()
    const random = { key: [1, 2], nameHash: [3, 4], offset: 10 } as const

    describe('in bf16', () => {
      beforeAll(async () => {
        expect((await chooseBackend('tensorflow', { precision: 'bf16' })).backend.precision).toBe('bf16')
      })
      afterAll(async () => {
        await chooseBackend('tensorflow')
      })

      // Factors are rounded by up to 2^-9 each, and so is each sum of products. Slopes are allowed four times as much.
      const tolerance = 8e-3

      it.each([null, 'gelu_new', 'gelu'] as const)('linear with bias, %s', activation => {
        const [rows, from, to] = [33, 40, 24]
        const options = activation ? { activation } : {}
        const curve = { gelu_new: double.gelu, gelu: double.geluOfNormal }
        checkOp(
          {
            shapes: [[rows, from], [from, to], [to]],
            run: (x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, options),
            truth: (x, w, b) => {
              const z = double.matMul(x!, w!, rows, from, to).map((value, i) => value + b![i % to]!)
              return activation ? curve[activation](z) : z
            },
            tolerance,
          },
          1,
        )
      })

      it.each([false, true])('attention, causal %s, with dropout', causal => {
        const shape = { batch: 2, time: 17, heads: 3, width: 24, causal }
        const rate = 0.3
        const factors = dropoutFactors(2 * 3 * 17 * 17, { rate, random })
        checkOp(
          {
            shapes: [[34, 72]],
            run: qkv => attention(qkv as tf.Tensor2D, { ...shape, dropout: { rate, random } }),
            truth: qkv => double.attention(qkv!, shape, i => factors[i]!),
            tolerance: 2 * tolerance,
          },
          2,
        )
      })

      it('cross-entropy', () => {
        const [rows, width, vocabulary] = [40, 16, 50]
        const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7) % vocabulary)
        checkOp(
          {
            shapes: [
              [rows, width],
              [vocabulary, width],
            ],
            run: (hidden, table) => crossEntropy(hidden as tf.Tensor2D, table as tf.Tensor2D, targets),
            truth: (hidden, table) =>
              double.crossEntropy(hidden!, table!, width, targets, new Float32Array(rows).fill(1)),
            tolerance,
          },
          3,
        )
      })

      it('keeps the gradient of a loss that is nearly 0 in proportion', () => {
        // Where the target is all but certain, the gradient is a small difference; rounding must not take its place.
        // That of the logit, 9.05, makes a tenth at most.
        const table = tf.tensor2d([1.0037, 0.0013, -0.0021, 0.9983], [2, 2])
        const hidden = tf.tensor2d([9.013, 0.0077], [1, 2])
        const gradient = tf.grad(h => crossEntropy(h as tf.Tensor2D, table, Int32Array.of(0)))(hidden)
        const logits = [9.013 * 1.0037 + 0.0077 * 0.0013, 9.013 * -0.0021 + 0.0077 * 0.9983] as const
        const p = 1 / (1 + Math.exp(logits[0] - logits[1]))
        expectClose(
          'dhidden',
          [...gradient.dataSync()].map(x => x / p),
          [-1.0058, 0.997],
          0.1,
        )
        tf.dispose([table, hidden, gradient])
      })
    })

    it.each([0, 1, 2, 3, 2 ** 34 - 6, 2 ** 52 + 1])('drops by the numbers of the stream from %i on', offset => {
      const stream = randomStream(2 ** 40 + 5, 'dropout')
      const span = { key: stream.key, nameHash: stream.nameHash, offset }
      const ones = tf.ones([1003])
      const dropped = dropout(ones, { rate: 0.25, random: span })
      expectClose('mask', dropped.dataSync(), dropoutFactors(1003, { rate: 0.25, random: span }), 1e-6)
      tf.dispose([ones, dropped])
    })

    it.each(['f32', 'bf16'] as const)(
      'leaves no tensor behind, in TensorFlow neither, step after step in %s',
      async precision => {
        await chooseBackend('tensorflow', { precision })
        const [B, T, C, V] = [2, 8, 16, 40]
        const made = [[V, C], [C], [C], [C, 3 * C], [3 * C], [C, C], [C]].map((shape, i) =>
          tf.tidy(() => tf.variable(tf.tensor(normals(tf.util.sizeFromShape(shape), i, 'w', 0.2), shape))),
        )
        const moments = [0, 1].map(() => made.map(({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape)))))
        const ids = Int32Array.from({ length: B * T + 1 }, (_, i) => (i * i) % V)
        const step = (number: number): number => {
          const [table, gamma, beta, w, b, up, upBias] = made as never[]
          const loss = () => {
            const x = dropout(embedding(table!, ids.subarray(0, -1)), { rate: 0.1, random })
            const qkv = linear(layerNorm(x, gamma!, beta!, 1e-5), w!, b!)
            const y = attention(qkv, { batch: B, time: T, heads: 4, causal: true, dropout: { rate: 0.1, random } })
            return crossEntropy(
              linear(y, up!, upBias!, { activation: 'gelu_new', residual: x }),
              table!,
              ids.subarray(1),
            )
          }
          const { value, gradients } = valueAndGradients(loss, made)
          const grads = gradients as tf.Tensor[]
          squaredNorms(grads)
          const [m, v] = moments as [tf.Variable[], tf.Variable[]]
          const hyper = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: number }
          adamWUpdate({ ...hyper, params: made, grads, m, v, weightDecay: made.map(() => 0.1), gradScale: 0.5 })
          const [result] = value.dataSync()
          tf.dispose([value, ...grads])
          return result!
        }
        const first = step(1)
        const before = [tf.memory().numTensors, handles()]
        let last = first
        for (let number = 2; number <= 100; number++) last = step(number)
        expect([tf.memory().numTensors, handles()]).toEqual(before)
        expect(last).toBeLessThan(first / 2)
        tf.dispose([made, moments] as never)
      },
    )
  },
)
