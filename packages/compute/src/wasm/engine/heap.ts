import { SluiceError } from '@sluice/pipeline'
import { tf } from '../../tf.ts'
import type { Pool } from './pool.ts'

/** What we use of tfjs's wasm backend. */
export interface WasmBackend {
  readonly wasm: EmscriptenModule
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo
  getMemoryOffset(dataId: object): number
  incRef(dataId: object): void
  refCount(dataId: object): number
}

/** What we use of its WebAssembly module, as Emscripten wraps it. */
export interface EmscriptenModule {
  /** The exports of the instance. */
  readonly asm: { readonly memory?: unknown }
  /** Of the threaded build. */
  readonly wasmMemory?: WebAssembly.Memory
  tfjs?: Record<string, unknown>
  cwrap(name: string, result: string | null, args: readonly string[]): unknown
  _malloc(bytes: number): number
  _free(address: number): void
}

/** The backend's memory, and the threads that compute in it. */
export interface Heap {
  readonly pool: Pool
  /** Where a tensor's values are. */
  address(tensor: tf.TensorInfo): number
  /** A tensor of float32 whose values are not set. */
  output<T extends tf.Tensor>(shape: readonly number[]): T
  zeros<T extends tf.Tensor>(shape: readonly number[]): T
  /** A tensor's values; a view that holds until memory is next taken. */
  values(tensor: tf.Tensor): Float32Array
  /** Its bytes as doubles, likewise. */
  doubles(tensor: tf.Tensor): Float64Array
  /** Gives a variable memory of its own, if tensors share what it has: it is about to be changed in place. */
  own(variable: tf.Variable): void
  /** A tensor with the bytes of an array. */
  place(values: Float32Array | Int32Array): tf.Tensor
}

export function createHeap(backend: WasmBackend, memory: WebAssembly.Memory, pool: () => Pool): Heap {
  const engine = tf.engine()
  const heap: Heap = {
    get pool() {
      return pool()
    },
    // Unsigned: beyond 2 GiB, Emscripten's addresses are negative.
    address: tensor => backend.getMemoryOffset(tensor.dataId) >>> 0,
    output: shape => engine.makeTensorFromTensorInfo(backend.makeOutput([...shape], 'float32')) as never,
    zeros(shape) {
      const tensor = heap.output(shape)
      heap.values(tensor).fill(0)
      return tensor as never
    },
    values: tensor => new Float32Array(memory.buffer, heap.address(tensor), tensor.size),
    doubles: tensor => new Float64Array(memory.buffer, heap.address(tensor), Math.floor(tensor.size / 2)),
    own(variable) {
      if (backend.refCount(variable.dataId) === 1) return
      const copy = heap.output(variable.shape)
      heap.values(copy).set(heap.values(variable))
      variable.assign(copy)
      copy.dispose()
    },
    place(values) {
      const tensor = heap.output([values.length])
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      new Uint8Array(memory.buffer, heap.address(tensor), bytes.length).set(bytes)
      return tensor
    },
  }
  return heap
}

/** Bytes that the heap may grow to. Near 4 GiB its allocator's failure goes unnoticed, and address 0 is written to. */
export const HEAP_LIMIT = 3.5e9

/** Makes running out of memory an error instead of a silent corruption. */
export function guardMemory(module: Pick<EmscriptenModule, '_malloc' | '_free'>): void {
  // Emscripten's wrappers put the bare function in their own place when they are first called.
  module._free(module._malloc(8))
  const allocate = module._malloc
  module._malloc = bytes => {
    const address = bytes > HEAP_LIMIT ? 0 : allocate(bytes) >>> 0
    if (bytes === 0 || (address > 0 && address + bytes <= HEAP_LIMIT)) return address
    if (address > 0) module._free(address)
    throw new SluiceError(`the wasm backend's memory of 3.5 GB is full: ${Math.ceil(bytes / 1e6)} MB more do not fit`, {
      advice: 'make the model, the batch or the block size smaller, or use the native backend',
    })
  }
}
