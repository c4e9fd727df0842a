import { availableParallelism } from 'node:os'
import { registerKernels } from '../ops/dispatch.ts'
import { tf } from '../tf.ts'
import { loadWasm, type WasmEngine } from '../wasm/engine/load.ts'
import { wasmKernels } from '../wasm/ops/kernels.ts'
import type { Candidate } from './backend.ts'
import { quietCpu } from './cpu.ts'

/** Its addresses end at 4 GiB; an estimate may be too low by a sixth. */
export const WASM_LIMIT = 3e9

/** tfjs's wasm backend with our own kernels: what carries training where no compiler is at hand. */
export const wasm: Candidate = {
  name: 'wasm',
  async report({ needBytes = 0 }) {
    if (needBytes > WASM_LIMIT) {
      return {
        name: 'wasm',
        available: false,
        reason: `it holds at most 3 GB of tensors, and this needs about ${(needBytes / 1e9).toFixed(1)} GB`,
        advice: 'make the model, the batch or the block size smaller',
      }
    }
    try {
      const { shared, instructionSet } = await load()
      const threads = shared ? 'on several threads' : 'on one thread'
      return { name: 'wasm', available: true, reason: `WebAssembly (${instructionSet}) ${threads}, from npm alone` }
    } catch (cause) {
      return { name: 'wasm', available: false, reason: `it does not load: ${(cause as Error).message}` }
    }
  },
  async start({ threads = availableParallelism() }) {
    const engine = await load()
    engine.setThreads(threads)
    await tf.setBackend('wasm')
    return {
      name: 'wasm',
      description: 'WebAssembly with SIMD',
      threads: engine.heap.pool.threads,
      instructionSet: engine.instructionSet,
      precision: 'f32',
    }
  },
}

let loading: Promise<WasmEngine> | undefined

/** Loads it once, and removes the two process-wide error handlers that its module adds. */
function load(): Promise<WasmEngine> {
  loading ??= (async () => {
    quietCpu()
    const before = new Map(FAULTS.map(fault => [fault, process.listeners(fault)]))
    const previous = tf.engine().backendName
    const engine = await loadWasm()
    registerKernels('wasm', wasmKernels(engine.heap))
    if (previous) await tf.setBackend(previous)
    for (const fault of FAULTS) {
      for (const listener of process.listeners(fault)) {
        if (!before.get(fault)?.includes(listener)) process.removeListener(fault, listener)
      }
    }
    return engine
  })()
  return loading
}

const FAULTS = ['uncaughtException', 'unhandledRejection'] as unknown as 'uncaughtException'[]
