import { tf } from '../../tf.ts'
import { buildKernels } from '../kernels/build.ts'
import { registerOverrides } from '../tfjs/register.ts'
import { createHeap, guardMemory, type Heap, type WasmBackend } from './heap.ts'
import { createPool } from './pool.ts'
import { createSharedBackend, type TfjsWasm } from './sharedBackend.ts'

/** tfjs's wasm backend, with our kernels built in its memory. */
export interface WasmEngine {
  readonly heap: Heap
  /** Whether there can be more than one thread. */
  readonly shared: boolean
  readonly instructionSet: string
  /** Has jobs run on this many threads; one, if the memory is not shared. */
  setThreads(threads: number): void
}

/**
 * Registers the backend 'wasm' and makes it tfjs's. Nothing is downloaded: its binaries are files of the npm package.
 *
 * @param options.shared whether to try for memory that threads can share; default true
 */
export async function loadWasm(options: { shared?: boolean } = {}): Promise<WasmEngine> {
  if (!WebAssembly.validate(buildKernels({ shared: false, relaxed: false }))) {
    throw new Error('this processor or Node.js has no WebAssembly SIMD')
  }
  const tfjs = (await import('@tensorflow/tfjs-backend-wasm')) as unknown as TfjsWasm
  const threaded = options.shared === false ? undefined : await createSharedBackend(tfjs).catch(() => undefined)
  if (threaded) {
    tf.removeBackend('wasm')
    tf.registerBackend('wasm', () => threaded as never, 2)
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs does not start it')
  const backend = tf.backend() as unknown as WasmBackend
  guardMemory(backend.wasm)
  registerOverrides(() => heap)

  const shared = threaded !== undefined
  const memory = (shared ? backend.wasm.wasmMemory : backend.wasm.asm.memory) as WebAssembly.Memory
  const relaxed = WebAssembly.validate(buildKernels({ shared, relaxed: true }))
  const module = new WebAssembly.Module(buildKernels({ shared, relaxed }))
  const open = (threads: number) =>
    createPool({
      module,
      memory,
      threads,
      allocate: bytes => backend.wasm._malloc(bytes),
      free: address => backend.wasm._free(address),
    })
  let pool = open(1)
  const heap = createHeap(backend, memory, () => pool)
  return {
    heap,
    shared,
    instructionSet: relaxed ? 'simd128, relaxed' : 'simd128',
    setThreads(threads) {
      const wanted = shared ? threads : 1
      if (wanted === pool.threads) return
      pool.close()
      pool = open(wanted)
    },
  }
}
