import type { Attribute, Constant, DType, Instruction, Program, Value } from './types.ts'

/** What an operation gives: the shape and type of one of its outputs. */
export interface Result {
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** Writes a program down. An operation that is asked for a second time is not repeated. */
export class Builder {
  readonly #inputs: Value[] = []
  readonly #constants: Constant[] = []
  readonly #instructions: Instruction[] = []
  readonly #known = new Map<string, readonly Value[]>()
  #slots = 0

  input(shape: readonly number[], dtype: DType = 'float32'): Value {
    const value = this.#value({ shape, dtype })
    this.#inputs.push(value)
    return value
  }

  /** Values that are the same in every run. */
  constant(values: Float32Array | Int32Array, shape: readonly number[]): Value {
    const dtype = values instanceof Int32Array ? 'int32' : 'float32'
    const short = values.length <= 8
    const key = `${dtype} [${shape}] ${short ? values.join() : ''}`
    const known = short ? this.#known.get(key)?.[0] : undefined
    if (known) return known
    const value = this.#value({ shape, dtype })
    this.#constants.push({ value, values })
    if (short) this.#known.set(key, [value])
    return value
  }

  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), [])
  }

  /** A whole number, or a list of them: an axis, a shape, an order of axes. */
  integers(values: number | readonly number[]): Value {
    return typeof values === 'number'
      ? this.constant(Int32Array.of(values), [])
      : this.constant(Int32Array.from(values), [values.length])
  }

  op(name: string, inputs: readonly Value[], attributes: Record<string, Attribute>, result: Result): Value {
    return this.ops(name, inputs, attributes, [result])[0]!
  }

  ops(name: string, inputs: readonly Value[], attributes: Record<string, Attribute>, results: readonly Result[]) {
    const key = `${name}(${inputs.map(({ slot }) => slot)}) ${JSON.stringify(attributes)} ${JSON.stringify(results)}`
    const known = this.#known.get(key)
    if (known) return known
    const outputs = results.map(result => this.#value(result))
    this.#instructions.push({ name, attributes, inputs, outputs })
    this.#known.set(key, outputs)
    return outputs
  }

  finish(outputs: readonly Value[]): Program {
    return {
      inputs: this.#inputs,
      constants: this.#constants,
      instructions: this.#instructions,
      outputs,
      slots: this.#slots,
    }
  }

  #value({ shape, dtype }: Result): Value {
    return { slot: this.#slots++, shape, dtype }
  }
}
