import { type NamedTensor, randomStream } from '@sluice/pipeline'
import { type Gpt2Config, type Gpt2Options, gpt2Config } from './config.ts'
import { parameterSpecs } from './parameters.ts'

/**
 * The weights that training starts from. Element i of tensor `name` is a pure function of (seed, name, i): it depends neither
 * on the backend nor on which other tensors there are.
 */
export function initialWeights(config: Gpt2Options | Gpt2Config, seed: number): Map<string, NamedTensor> {
  const weights = new Map<string, NamedTensor>()
  for (const [name, { shape, init }] of parameterSpecs(gpt2Config(config))) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    if ('value' in init) data.fill(init.value)
    else {
      const stream = randomStream(seed, `init/${name}`)
      for (let i = 0; i < data.length; i++) data[i] = init.std * stream.normal(i)
    }
    weights.set(name, { name, dtype: 'float32', shape, data })
  }
  return weights
}
