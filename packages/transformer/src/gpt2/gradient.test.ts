import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, expect, it } from 'vitest'
import { someIds, tinyModel } from '../testing/tiny.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

// Float32 losses carry about 1e-7 of noise, so single elements are not compared: each parameter is moved along its own
// gradient g, where the loss changes by |g| per unit, and along a direction that has nothing to do with it.
it.each([
  { tieHead: true, positions: 'learned' as const, dropout: 0 },
  { tieHead: false, positions: 'sinusoidal' as const, dropout: 0.2 },
])('is the slope of the loss: %j', options => {
  const model = tinyModel(options, { scale: 15 })
  const batch = { ids: someIds(14), rows: 2 }
  const loss = () => model.loss(batch, { training: true, seed: 3, step: 5 })
  const { value, grads } = tf.variableGrads(loss, [...model.parameters.values()])
  value.dispose()
  for (const [name, variable] of model.parameters) {
    const gradient = grads[variable.name]!.dataSync().slice() as Float32Array
    const start = variable.dataSync().slice() as Float32Array
    const slopeAlong = (direction: Float32Array) => {
      const at = (distance: number) => {
        const moved = tf.tensor(
          start.map((x, i) => x + distance * direction[i]!),
          variable.shape,
        )
        variable.assign(moved)
        moved.dispose()
        const scalar = loss()
        const result = scalar.dataSync()[0]!
        scalar.dispose()
        return result
      }
      const step = 4e-3
      // Fourth-order central difference.
      const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
      at(0)
      return slope
    }
    const norm = Math.hypot(...gradient)
    const along = gradient.map(g => g / norm)
    const across = gradient.map((_, i) => Math.sin(i + 1))
    const scale = Math.hypot(...across)
    for (const direction of [along, across.map(x => x / scale)]) {
      const expected = direction.reduce((sum, x, i) => sum + x * gradient[i]!, 0)
      expect(Math.abs(slopeAlong(direction) - expected), name).toBeLessThan(1e-4 + 3e-4 * norm)
    }
    grads[variable.name]!.dispose()
  }
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
