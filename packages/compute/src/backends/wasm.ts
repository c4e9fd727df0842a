import { ConfigError } from '@sluice/pipeline'
import { tf } from '../tf.ts'
import type { Candidate } from './backend.ts'
import { quietCpu } from './cpu.ts'

/** Beyond 4 GiB tfjs's wasm heap overwrites itself without an error; the estimate may be a third too low. */
export const WASM_LIMIT = 3e9

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
      await load()
      return { name: 'wasm', available: true, reason: 'WebAssembly with SIMD, from npm alone' }
    } catch (cause) {
      return { name: 'wasm', available: false, reason: `it does not load: ${(cause as Error).message}` }
    }
  },
  async start() {
    await load()
    if (!(await tf.setBackend('wasm'))) throw new ConfigError('the wasm backend does not start')
    return { name: 'wasm', description: 'tfjs wasm: WebAssembly with SIMD', threads: 1, precision: 'f32' }
  },
}

let loading: Promise<void> | undefined

/** Loads and initialises the backend once, and removes the two process-wide error handlers that its module adds. */
function load(): Promise<void> {
  loading ??= (async () => {
    quietCpu()
    const before = new Map(FAULTS.map(fault => [fault, process.listeners(fault)]))
    await import('@tensorflow/tfjs-backend-wasm')
    const previous = tf.engine().backendName
    await tf.setBackend('wasm')
    if (previous) await tf.setBackend(previous)
    for (const fault of FAULTS) {
      for (const listener of process.listeners(fault)) {
        if (!before.get(fault)?.includes(listener)) process.removeListener(fault, listener)
      }
    }
  })()
  return loading
}

const FAULTS = ['uncaughtException', 'unhandledRejection'] as unknown as 'uncaughtException'[]
