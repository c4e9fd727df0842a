import { type NamedTensor, randomStream } from '@sluice/pipeline'

/** Shape of a parameter and how it begins: normal around 0 with deviation `std`, or one value throughout. */
export interface ParameterSpec {
  readonly shape: readonly number[]
  readonly init: { readonly std: number } | { readonly value: number }
}

export type ParameterSpecs = ReadonlyMap<string, ParameterSpec>

/**
 * The weights that training starts from. Element i of tensor `name` is a pure function of (seed, name, i): it depends neither
 * on the backend nor on which other tensors there are.
 */
export function initialValues(specs: ParameterSpecs, seed: number): Map<string, NamedTensor> {
  const weights = new Map<string, NamedTensor>()
  for (const [name, { shape, init }] of specs) {
    const data = new Float32Array(sizeOf(shape))
    if ('value' in init) data.fill(init.value)
    else {
      const stream = randomStream(seed, `init/${name}`)
      for (let i = 0; i < data.length; i++) data[i] = init.std * stream.normal(i)
    }
    weights.set(name, { name, dtype: 'float32', shape, data })
  }
  return weights
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
