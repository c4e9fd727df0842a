import { tf } from '@sluice/compute'
import { type NamedTensor, StateError } from '@sluice/pipeline'
import type { ParameterSpecs } from './parameters.ts'

/**
 * Checks that `weights` hold exactly what a model of these parameters needs.
 *
 * @throws StateError naming the tensor, what was expected and what was found
 */
export function checkWeights(specs: ParameterSpecs, weights: ReadonlyMap<string, NamedTensor>): void {
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
  specs: ParameterSpecs,
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

/** Sets variables to these weights. @throws StateError when they are not exactly what `specs` say */
export function assignVariables(
  specs: ParameterSpecs,
  variables: ReadonlyMap<string, tf.Variable>,
  weights: ReadonlyMap<string, NamedTensor>,
): void {
  checkWeights(specs, weights)
  for (const [name, variable] of variables) {
    const value = tf.tensor(weights.get(name)!.data.slice() as Float32Array, variable.shape, 'float32')
    variable.assign(value)
    value.dispose()
  }
}

/** Copies of the parameters' values. */
export function copiesOf(parameters: ReadonlyMap<string, tf.Variable>): Map<string, NamedTensor> {
  const copies = new Map<string, NamedTensor>()
  for (const [name, variable] of parameters) {
    const data = (variable.dataSync() as Float32Array).slice()
    copies.set(name, { name, dtype: 'float32', shape: variable.shape, data })
  }
  return copies
}

export function describe(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
