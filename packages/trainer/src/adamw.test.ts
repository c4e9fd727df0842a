import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, expect, it } from 'vitest'
import { AdamW } from './adamw.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const variable = (values: number[], shape: number[]) => tf.tidy(() => tf.variable(tf.tensor(values, shape)))

/** The published algorithm for one number, in double precision. */
function reference(w: number, gradients: number[], { decay = 0, lr = 0.1, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8 }) {
  let m = 0
  let v = 0
  gradients.forEach((g, i) => {
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    const direction = m / (1 - beta1 ** (i + 1)) / (Math.sqrt(v / (1 - beta2 ** (i + 1))) + epsilon)
    w = w - lr * decay * w - lr * direction
  })
  return w
}

it('is the published algorithm, with decay on matrices only', () => {
  const parameters = new Map([
    ['matrix', variable([1, -2], [1, 2])],
    ['vector', variable([1, -2], [2])],
  ])
  const optimizer = new AdamW({ parameters, weightDecay: 0.3 })
  const history = [
    [0.5, -1],
    [0.25, 3],
    [-4, 0.001],
  ]
  history.forEach(([a, b], i) => {
    const gradients = [tf.tensor2d([a!, b!], [1, 2]), tf.tensor1d([a!, b!])]
    optimizer.update(gradients, { lr: 0.1, step: i + 1 })
    tf.dispose(gradients)
  })
  const first = history.map(([a]) => a!)
  const second = history.map(([, b]) => b!)
  const found = [...parameters.values()].flatMap(parameter => [...parameter.dataSync()])
  const expected = [
    reference(1, first, { decay: 0.3 }),
    reference(-2, second, { decay: 0.3 }),
    reference(1, first, {}),
    reference(-2, second, {}),
  ]
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5)
  })
  optimizer.dispose()
  for (const parameter of parameters.values()) parameter.dispose()
  expect(tf.memory().numTensors).toBe(0)
})

it('goes on from its moments as if it had never stopped', () => {
  const run = (interrupted: boolean) => {
    const parameters = new Map([['w', variable([1, -2, 3], [3])]])
    let optimizer = new AdamW({ parameters })
    for (let step = 1; step <= 6; step++) {
      if (interrupted && step === 4) {
        const moments = optimizer.moments()
        expect([...moments.keys()]).toEqual(['exp_avg.w', 'exp_avg_sq.w'])
        optimizer.dispose()
        optimizer = new AdamW({ parameters, moments })
      }
      const gradient = tf.tensor1d([step, 1 / step, Math.sin(step)])
      optimizer.update([gradient], { lr: 0.1, step, gradScale: 0.5 })
      gradient.dispose()
    }
    const result = [...parameters.get('w')!.dataSync()]
    optimizer.dispose()
    parameters.get('w')!.dispose()
    return result
  }
  expect(run(true)).toEqual(run(false))
})

it("refuses another model's moments", () => {
  const parameters = new Map([['w', variable([1, 2], [2])]])
  const tensor = { name: 'exp_avg.w', dtype: 'float32', shape: [3], data: new Float32Array(3) } as const
  const text = (moments: ReadonlyMap<string, typeof tensor>) => {
    try {
      new AdamW({ parameters, moments })
    } catch (error) {
      return `${(error as Error).name}: ${error}`
    }
    return 'taken'
  }
  expect(text(new Map([['exp_avg.w', tensor]]))).toBe(
    'StateError: exp_avg.w: optimizer state exp_avg.w: expected shape [2], found [3]; this optimizer state belongs to another model',
  )
  expect(text(new Map())).toBe(
    'StateError: exp_avg.w: optimizer state exp_avg.w: expected shape [2], found none; this optimizer state belongs to another model',
  )
})
