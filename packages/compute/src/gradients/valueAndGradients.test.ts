import { expect, it } from 'vitest'
import { crossEntropy } from '../ops/crossEntropy.ts'
import { embedding } from '../ops/embedding.ts'
import { layerNorm } from '../ops/layerNorm.ts'
import { linear } from '../ops/linear.ts'
import { onEveryBackend } from '../testing/backends.ts'
import { expectClose, normals } from '../testing/checkOp.ts'
import { tf } from '../tf.ts'
import { valueAndGradients } from './valueAndGradients.ts'

const [N, C, V] = [70, 24, 40]

/** A small model with everything that makes sums of gradients: a residual stream, tied tables, an input used twice. */
function model() {
  const variable = (shape: number[], name: string, scale: number) =>
    tf.variable(tf.tensor(normals(tf.util.sizeFromShape(shape), 3, name, scale), shape), true)
  const table = variable([V, C], 'table', 1) as tf.Tensor as tf.Tensor2D
  const w = variable([C, C], 'w', 0.2) as tf.Tensor as tf.Tensor2D
  const gamma = variable([C], 'gamma', 1) as tf.Tensor as tf.Tensor1D
  const unused = variable([3], 'unused', 1)
  const ids = Int32Array.from({ length: N }, (_, i) => (i * 7) % V)
  const targets = Int32Array.from({ length: N }, (_, i) => (i * 3) % V)
  const loss = () => {
    let x = embedding(table, ids)
    for (let layer = 0; layer < 2; layer++) {
      const h = layerNorm(x, gamma, tf.zeros([C]), 1e-5)
      x = tf.add(x, linear(h, w, null, { activation: 'gelu_new' }))
    }
    const square = tf.mul(x, x) as tf.Tensor2D
    return tf.add<tf.Scalar>(crossEntropy(x, table, targets), tf.mean(square))
  }
  return { loss, xs: [table, w, gamma, unused] }
}

onEveryBackend(() => {
  it('gives what tfjs gives, and leaves no tensor', () => {
    const { loss, xs } = model()
    const before = tf.memory().numTensors
    const { value, gradients } = valueAndGradients(loss, xs)
    expect(tf.memory().numTensors - before).toBe(4)
    const theirs = tf.variableGrads(loss, xs.slice(0, 3) as tf.Variable[])
    expect(value.dataSync()).toEqual(theirs.value.dataSync())
    xs.slice(0, 3).forEach((x, i) => {
      const expected = theirs.grads[(x as tf.Variable).name]!
      expectClose(`gradient ${i}`, gradients[i]!.dataSync(), expected.dataSync(), 1e-6)
    })
    expect(gradients[3]).toBeNull()
    tf.dispose([value, gradients as tf.Tensor[], theirs])
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose(xs)
  })

  it('gives the same bits twice', () => {
    const { loss, xs } = model()
    const [first, second] = [valueAndGradients(loss, xs), valueAndGradients(loss, xs)]
    for (const i of [0, 1, 2]) expect(second.gradients[i]!.dataSync()).toEqual(first.gradients[i]!.dataSync())
    tf.dispose([first, second, xs] as never)
  })

  it('frees what was saved when the function throws', () => {
    const { loss, xs } = model()
    const before = tf.memory().numTensors
    const failing = () => {
      loss()
      throw new Error('no')
    }
    expect(() => valueAndGradients(failing, xs)).toThrow('no')
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose(xs)
  })

  it('does not change a gradient that somebody else holds', () => {
    const x = tf.variable(tf.tensor1d([1, 2]))
    const kept: tf.Tensor[] = []
    const spy = tf.customGrad((input, save) => {
      ;(save as tf.GradSaveFunc)([])
      return {
        value: tf.clone(input as tf.Tensor),
        gradFunc: (dy: tf.Tensor) => {
          kept.push(tf.keep(tf.clone(dy)))
          return dy
        },
      }
    })
    const { value, gradients } = valueAndGradients(() => tf.sum(tf.add(spy(x), tf.mul(x, x))), [x])
    expect([...gradients[0]!.dataSync()]).toEqual([3, 5])
    expect([...kept[0]!.dataSync()]).toEqual([1, 1])
    tf.dispose([value, gradients[0]!, x, ...kept])
  })

  it('is not for gradients of gradients', () => {
    const x = tf.scalar(2)
    expect(() => tf.grad(y => valueAndGradients(() => tf.square(y) as tf.Scalar, [y]).value)(x)).toThrow(
      'valueAndGradients: it cannot be part of another gradient',
    )
    x.dispose()
  })
})
