import { tf } from '@sluice/compute'
import { type NamedTensor, StateError } from '@sluice/pipeline'
import type { ParameterSpec } from './parameters.ts'

/**
 * Checks that `weights` hold exactly what a model of these parameters needs.
 *
 * @throws StateError naming the tensor, what was expected and what was found
 */
export function checkWeights(
  specs: ReadonlyMap<string, ParameterSpec>,
  weights: ReadonlyMap<string, NamedTensor>,
): void {
  for (const [name, { shape }] of specs) {
    const found = weights.get(name)
    if (!found) {
      throw new StateError(`the weights have no tensor ${name}, expected shape ${describe(shape)}`, { place: name })
    }
    const same = found.shape.length === shape.length && found.shape.every((size, axis) => size === shape[axis])
    if (!same || found.dtype !== 'float32') {
      throw new StateError(
        `tensor ${name}: expected float32 ${describe(shape)}, found ${found.dtype} ${describe(found.shape)}`,
        { place: name, advice: 'these weights belong to a model of another shape' },
      )
    }
  }
  for (const name of weights.keys()) {
    if (!specs.has(name)) {
      throw new StateError(`the weights have a tensor ${name} that this model has no place for`, {
        place: name,
        advice: 'these weights belong to a model of another shape',
      })
    }
  }
}

/** Variables of the current backend that begin with copies of these (checked) weights. */
export function makeVariables(
  specs: ReadonlyMap<string, ParameterSpec>,
  weights: ReadonlyMap<string, NamedTensor>,
): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>()
  for (const [name, { shape }] of specs) {
    // A copy, since the CPU backends keep the array they are given and the optimizer writes into it.
    const start = tf.tensor(weights.get(name)!.data.slice() as Float32Array, [...shape], 'float32')
    variables.set(name, tf.variable(start))
    start.dispose()
  }
  return variables
}

/** Sets a model's parameters to these weights. @throws StateError when they are not exactly the model's */
export function assignWeights(
  model: { parameters: ReadonlyMap<string, tf.Variable> },
  weights: ReadonlyMap<string, NamedTensor>,
): void {
  const specs = new Map<string, ParameterSpec>()
  for (const [name, { shape }] of model.parameters) specs.set(name, { shape, init: { value: 0 } })
  // The constant table of positions that are not learned is written with the weights, but is none of the parameters.
  const own = new Map([...weights].filter(([name]) => specs.has(name) || name !== 'transformer.wpe.weight'))
  checkWeights(specs, own)
  for (const [name, variable] of model.parameters) {
    const value = tf.tensor(own.get(name)!.data.slice() as Float32Array, variable.shape, 'float32')
    variable.assign(value)
    value.dispose()
  }
}

export function describe(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
