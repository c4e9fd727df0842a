import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { expectClose } from '../testing/checkOp.ts'
import { tf } from '../tf.ts'
import { adamWUpdate } from './adamW.ts'

interface Golden {
  shapes: number[][]
  decay: number[]
  lr: number
  betas: [number, number]
  epsilon: number
  start: number[][]
  steps: { grads: number[][]; params: number[][]; m: number[][]; v: number[][] }[]
}

/** Made by golden/adamw.py with PyTorch. */
const golden: Golden = JSON.parse(readFileSync(new URL('../../golden/adamw.json', import.meta.url), 'utf8'))

const hyper = {
  learningRate: golden.lr,
  beta1: golden.betas[0],
  beta2: golden.betas[1],
  epsilon: golden.epsilon,
}

onEveryBackend(() => {
  it.each([1, 8])("follows PyTorch's trajectory, gradients given %i times too large and scaled back", factor => {
    const before = tf.memory().numTensors
    const { shapes } = golden
    const params = shapes.map((shape, i) => tf.tidy(() => tf.variable(tf.tensor(golden.start[i]!, shape))))
    const zeros = () => shapes.map(shape => tf.tidy(() => tf.variable(tf.zeros(shape))))
    const [m, v] = [zeros(), zeros()]
    golden.steps.forEach((expected, i) => {
      const grads = expected.grads.map((grad, j) =>
        tf.tensor(
          grad.map(value => value * factor),
          shapes[j]!,
        ),
      )
      const held = tf.memory().numTensors
      const weightDecay = golden.decay
      adamWUpdate({ ...hyper, params, grads, m, v, weightDecay, step: i + 1, gradScale: 1 / factor })
      expect(tf.memory().numTensors).toBe(held)
      tf.dispose(grads)
      for (const [name, tensors] of Object.entries({ params, m, v })) {
        tensors.forEach((tensor, j) => {
          const truth = expected[name as 'params'][j]!
          expectClose(`${name}[${j}] after step ${i + 1}`, tensor.dataSync(), truth, name === 'params' ? 1e-6 : 1e-5)
        })
      }
    })
    tf.dispose([...params, ...m, ...v])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('moves by the learning rate in the first step, whatever the size of the gradient', () => {
    const p = tf.tidy(() => tf.variable(tf.tensor1d([1, 1])))
    const [m, v] = [0, 1].map(() => tf.tidy(() => tf.variable(tf.zeros([2]))))
    const grad = tf.tensor1d([1e-3, -1e3])
    adamWUpdate({ ...hyper, params: [p], grads: [grad], m: [m!], v: [v!], weightDecay: [0], step: 1 })
    expectClose('p', p.dataSync(), [1 - golden.lr, 1 + golden.lr], 1e-5)
    tf.dispose([p, m!, v!, grad])
  })

  it('leaves clones of the variables as they were', () => {
    const start = tf.tensor1d([1, 2, 3])
    const [p, m, v] = [0, 1, 2].map(() => tf.variable(start)) as [tf.Variable, tf.Variable, tf.Variable]
    const [clone, grad] = [p.clone(), tf.tensor1d([1, 1, 1])]
    adamWUpdate({ ...hyper, params: [p], grads: [grad], m: [m], v: [v], weightDecay: [0], step: 1 })
    expect([...start.dataSync(), ...clone.dataSync()]).toEqual([1, 2, 3, 1, 2, 3])
    expect([...p.dataSync()]).not.toEqual([1, 2, 3])
    const held = tf.memory().numTensors
    adamWUpdate({ ...hyper, params: [p], grads: [grad], m: [m], v: [v], weightDecay: [0], step: 2 })
    expect(tf.memory().numTensors).toBe(held)
    tf.dispose([start, p, m, v, clone, grad])
  })

  it('names what does not fit', () => {
    tf.tidy(() => {
      const p = tf.tidy(() => tf.variable(tf.zeros([2])))
      const [m, v] = [p, p]
      const step = { ...hyper, params: [p], m: [m], v: [v], weightDecay: [0], step: 1 }
      expect(() => adamWUpdate({ ...step, grads: [] })).toThrow('adamWUpdate: grads has 0 tensors for 1 parameters')
      expect(() => adamWUpdate({ ...step, grads: [tf.zeros([3])] })).toThrow(
        'adamWUpdate: grads[0] must have the shape [2], not [3]',
      )
      expect(() => adamWUpdate({ ...step, grads: [p], weightDecay: [] })).toThrow(
        'adamWUpdate: weightDecay has 0 values for 1 parameters',
      )
      p.dispose()
    })
  })
})
