import type { TensorflowEngine } from '../../backends/tensorflow/engine.ts'
import { tf } from '../../tf.ts'
import { Builder } from './builder.ts'
import { prepare, type Runnable } from './runner.ts'
import { DTYPES, type DType, type Value } from './types.ts'

/** Values that are handed over for one run. */
export interface HostValues {
  readonly values: Float32Array | Int32Array
  readonly shape: readonly number[]
  /** int64 takes two words of an Int32Array for each, the lower first. Default: the type of the array. */
  readonly dtype?: 'int64'
}

/** What tfjs-node's backend keeps of a tensor. */
interface Stored {
  readonly shape: number[]
  readonly dtype: number
  readonly id: number
  readonly values: null
  readonly refCount: number
}

interface Known extends Runnable {
  readonly shapes: readonly (readonly number[])[]
  readonly dtypes: readonly DType[]
}

/** Programs kept ready. Each shape has its own, and evaluation and prompts bring shapes of their own. */
const KEPT = 512

const NAMES = Object.fromEntries(Object.entries(DTYPES).map(([name, number]) => [number, name as DType]))

/**
 * Programs by name, written down when they are first asked for with operands of some shapes and types. Tensors of tfjs go in and
 * come out. All that come out call themselves float32; those that are bfloat16 in truth are for our own kernels only.
 */
export class Programs {
  readonly engine: TensorflowEngine
  readonly #known = new Map<string, Known>()

  constructor(engine: TensorflowEngine) {
    this.engine = engine
  }

  /** The type that products are made in. */
  get product(): DType {
    return this.engine.precision === 'bf16' ? 'bfloat16' : 'float32'
  }

  /**
   * @param name of the program: with the operands' shapes and types, all that it depends on
   * @param write the program: from its operands to its results
   */
  run(
    name: string,
    operands: readonly (tf.Tensor | HostValues)[],
    write: (p: Builder, ...inputs: Value[]) => readonly Value[],
  ): tf.Tensor[] {
    const { binding } = this.engine
    const fresh: number[] = []
    try {
      const inputs = operands.map(operand => {
        if (!('values' in operand)) return this.#stored(operand)
        const dtype: DType = operand.dtype ?? (operand.values instanceof Int32Array ? 'int32' : 'float32')
        const id = binding.createTensor(operand.shape, DTYPES[dtype], operand.values)
        fresh.push(id)
        return { id, dtype, shape: operand.shape }
      })
      const program = this.#program(name, inputs, write)
      return program
        .run(inputs.map(({ id }) => id))
        .map((id, i) => this.tensor(id, program.shapes[i]!, program.dtypes[i]!))
    } finally {
      for (const id of fresh) binding.deleteTensor(id)
    }
  }

  /** A tensor of tfjs for one of TensorFlow, which it owns. */
  tensor(id: number, shape: readonly number[], dtype: DType): tf.Tensor {
    const dataId = {}
    const stored: Stored = { shape: [...shape], dtype: DTYPES[dtype], id, values: null, refCount: 1 }
    this.engine.backend.tensorMap.set(dataId, stored)
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: 'float32' }, this.engine.backend)
  }

  #stored(tensor: tf.Tensor): { id: number; dtype: DType; shape: readonly number[] } {
    const [id] = this.engine.backend.getInputTensorIds([tensor]) as [number]
    const { dtype } = this.engine.backend.tensorMap.get(tensor.dataId) as Stored
    return { id, dtype: NAMES[dtype]!, shape: tensor.shape }
  }

  #program(
    name: string,
    inputs: readonly { dtype: DType; shape: readonly number[] }[],
    write: (p: Builder, ...inputs: Value[]) => readonly Value[],
  ): Known {
    const key = `${name} ${inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join()}`
    const known = this.#known.get(key)
    if (known) {
      // The oldest is first.
      this.#known.delete(key)
      this.#known.set(key, known)
      return known
    }
    const p = new Builder()
    const outputs = write(p, ...inputs.map(({ shape, dtype }) => p.input(shape, dtype)))
    const made = {
      ...prepare(this.engine.binding, p.finish(outputs)),
      shapes: outputs.map(({ shape }) => shape),
      dtypes: outputs.map(({ dtype }) => dtype),
    }
    this.#known.set(key, made)
    for (const [oldest, program] of this.#known) {
      if (this.#known.size <= KEPT) break
      this.#known.delete(oldest)
      program.dispose()
    }
    return made
  }
}
