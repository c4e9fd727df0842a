import { createRequire } from 'node:module'
import type { EmscriptenModule, WasmBackend } from './heap.ts'

const require = createRequire(import.meta.url)
const FOLDER = '@tensorflow/tfjs-backend-wasm/wasm-out/'
const THREADED = 'tfjs-backend-wasm-threaded-simd'

/** What we use of tfjs-backend-wasm. */
export interface TfjsWasm {
  readonly BackendWasm: new (module: EmscriptenModule) => WasmBackend
  setThreadsCount(count: number): void
}

/**
 * tfjs's wasm backend with memory that threads can share: its threaded build, which it does not itself start in Node
 * (it gives `Worker` a blob URL). Only the memory is wanted: the eight threads that the build wants are answered for, not
 * started, and tfjs's own kernels run on one.
 *
 * @throws whatever goes wrong; the ordinary build will do instead
 */
export async function createSharedBackend(tfjs: TfjsWasm): Promise<WasmBackend> {
  const globals = globalThis as { Worker?: unknown }
  const worker = Object.getOwnPropertyDescriptor(globals, 'Worker')
  try {
    const factory = require(`${FOLDER}${THREADED}.js`) as (options: object) => Promise<EmscriptenModule>
    const module = await factory({
      mainScriptUrlOrBlob: '',
      locateFile(name: string) {
        if (!name.endsWith('.worker.js')) return require.resolve(FOLDER + name)
        // The next thing that is done is `new Worker(name)`.
        Object.defineProperty(globals, 'Worker', { value: AbsentWorker, configurable: true, writable: true })
        return name
      },
    })
    addCalls(module)
    tfjs.setThreadsCount(1)
    return new tfjs.BackendWasm(module)
  } finally {
    if (worker) Object.defineProperty(globals, 'Worker', worker)
    else delete globals.Worker
  }
}

/** Says that it has loaded, and is never given anything to run. */
class AbsentWorker {
  #hear: ((message: object) => void) | undefined

  on(event: string, hear: (message: object) => void): void {
    if (event === 'message') this.#hear = hear
  }

  postMessage(): void {
    queueMicrotask(() => this.#hear?.({ cmd: 'loaded' }))
  }

  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/** The calls that tfjs adds to the module where it loads it itself. */
function addCalls(module: EmscriptenModule): void {
  const wrap = (name: string, result: string | null, args: number): unknown =>
    module.cwrap(name, result, Array<string>(args).fill('number'))
  module.tfjs = {
    init: wrap('init', null, 0),
    initWithThreadsCount: wrap('init_with_threads_count', null, 1),
    getThreadsCount: wrap('get_threads_count', 'number', 0),
    registerTensor: wrap('register_tensor', null, 3),
    disposeData: wrap('dispose_data', null, 1),
    dispose: wrap('dispose', null, 0),
  }
}
