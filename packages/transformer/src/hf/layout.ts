import type { NamedTensor } from '@sluice/pipeline'
import type { ParameterSpecs } from '../parameters.ts'
import { checkWeights } from '../variables.ts'

/** A tensor of Hugging Face's that is all of one of our parameters, or some of its columns. */
export interface HfPart {
  readonly name: string
  /** Columns of ours. */
  readonly columns: number
}

/**
 * How our parameters are written in a Hugging Face directory, for models whose projections are PyTorch's Linear there: weights
 * [out, in], where ours are [in, out], and several of them are one of ours side by side, so that what reads the same rows is
 * one product. A parameter without an entry is the same in both.
 */
export type HfLayout = ReadonlyMap<string, readonly HfPart[]>

/** Hugging Face's tensors from ours. */
export function toHf(layout: HfLayout, weights: ReadonlyMap<string, NamedTensor>): Map<string, NamedTensor> {
  const out = new Map<string, NamedTensor>()
  for (const [name, tensor] of weights) {
    const parts = layout.get(name)
    if (!parts) {
      out.set(name, tensor)
      continue
    }
    const data = tensor.data as Float32Array
    const [rows, width] = tensor.shape.length === 1 ? [1, tensor.shape[0]!] : [tensor.shape[0]!, tensor.shape[1]!]
    let first = 0
    for (const part of parts) {
      const values = new Float32Array(rows * part.columns)
      for (let column = 0; column < part.columns; column++) {
        for (let row = 0; row < rows; row++) values[column * rows + row] = data[row * width + first + column]!
      }
      const shape = tensor.shape.length === 1 ? [part.columns] : [part.columns, rows]
      out.set(part.name, { name: part.name, dtype: 'float32', shape, data: values })
      first += part.columns
    }
  }
  return out
}

/**
 * Ours from Hugging Face's.
 *
 * @param specs of our parameters
 * @throws StateError naming the tensor that is missing, of another shape, or that nothing has a place for
 */
export function fromHf(
  layout: HfLayout,
  specs: ParameterSpecs,
  weights: ReadonlyMap<string, NamedTensor>,
): Map<string, NamedTensor> {
  checkWeights(hfSpecs(layout, specs), weights)
  const out = new Map<string, NamedTensor>()
  for (const [name, { shape }] of specs) {
    const parts = layout.get(name)
    if (!parts) {
      out.set(name, weights.get(name)!)
      continue
    }
    const [rows, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!]
    const data = new Float32Array(rows * width)
    let first = 0
    for (const part of parts) {
      const values = weights.get(part.name)!.data as Float32Array
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < part.columns; column++) {
          data[row * width + first + column] = values[column * rows + row]!
        }
      }
      first += part.columns
    }
    out.set(name, { name, dtype: 'float32', shape, data })
  }
  return out
}

/** What Hugging Face's tensors are, in its order of ours. */
function hfSpecs(layout: HfLayout, specs: ParameterSpecs): ParameterSpecs {
  const out = new Map<string, { shape: readonly number[]; init: { value: number } }>()
  for (const [name, { shape }] of specs) {
    const parts = layout.get(name) ?? [{ name, columns: shape.at(-1)! }]
    for (const part of parts) {
      const own =
        layout.has(name) && shape.length === 2 ? [part.columns, shape[0]!] : shape.length === 1 ? [part.columns] : shape
      out.set(part.name, { shape: own, init: { value: 0 } })
    }
  }
  return out
}
