import { expect, it } from 'vitest'
import { chooseBackend } from '../../backends/choose.ts'
import { attention } from '../../ops/attention.ts'
import { crossEntropy } from '../../ops/crossEntropy.ts'
import { dropout } from '../../ops/dropout.ts'
import { embedding } from '../../ops/embedding.ts'
import { layerNorm } from '../../ops/layerNorm.ts'
import { linear } from '../../ops/linear.ts'
import { normals } from '../../testing/checkOp.ts'
import { tf } from '../../tf.ts'

const [B, T, C, V] = [3, 50, 48, 331]

/** Loss and gradients of one block of a Transformer, large enough to be divided. */
async function step(threads: number): Promise<Float32Array[]> {
  const { backend } = await chooseBackend('wasm', { threads })
  expect(backend.threads).toBe(threads)
  const ids = Int32Array.from({ length: B * T + 1 }, (_, i) => (i * i * 7) % V)
  const shapes = [[V, C], [C], [C], [C, 3 * C], [3 * C], [C, 4 * C], [4 * C], [4 * C, C]]
  const random = { key: [1, 2], nameHash: [3, 4], offset: 1 } as const
  const results: Float32Array[] = []
  tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(normals(tf.util.sizeFromShape(shape), i, 'w', 0.3), shape))
    const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      const [table, gamma, beta, w, b, up, upBias, down] = given as never[]
      const x = dropout(embedding(table!, ids.subarray(0, -1)), { rate: 0.1, random })
      const qkv = linear(layerNorm(x, gamma!, beta!, 1e-5), w!, b!)
      const y = attention(qkv, { batch: B, time: T, heads: 4, causal: true, dropout: { rate: 0.1, random } })
      const z = linear(linear(y, up!, upBias!, { activation: 'gelu_new' }), down!, null)
      return crossEntropy(tf.add(x, z), table!, ids.subarray(1))
    })(inputs)
    results.push(...[value, ...grads].map(tensor => tensor.dataSync().slice() as Float32Array))
  })
  return results
}

it('gives the same bits on any number of threads, again and again', async () => {
  const first = await step(1)
  for (const threads of [2, 3, 2, 4, 1]) expect(await step(threads)).toEqual(first)
})
