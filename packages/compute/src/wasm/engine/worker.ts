import { CONTROL, CONTROL_WORDS, SPINS } from './control.ts'

/** What a helper is started with. */
export interface HelperData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Addresses of the control block and of the jobs' arguments. */
  readonly control: number
  readonly args: number
  /** 1, 2, …; the main thread is 0. */
  readonly thread: number
}

/** A helper's program. Plain JavaScript in a string: a worker cannot be started from TypeScript, nor from a bundle. */
export const helperSource = `
const { module, memory, control: at, args, thread } = require('node:worker_threads').workerData
const control = new Int32Array(memory.buffer, at, ${CONTROL_WORDS})
const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports)
for (;;) {
  let state = Atomics.load(control, ${CONTROL.state})
  for (let i = 0; state % 2 === 0 && i < ${SPINS}; i++) state = Atomics.load(control, ${CONTROL.state})
  if (state % 2 === 0) {
    Atomics.wait(control, ${CONTROL.state}, state)
    continue
  }
  Atomics.add(control, ${CONTROL.active}, 1)
  if (Atomics.load(control, ${CONTROL.state}) === state) {
    const kernel = kernels[control[${CONTROL.kernel}]]
    const tasks = control[${CONTROL.tasks}]
    const scratch = control[${CONTROL.scratch}] + thread * control[${CONTROL.scratchBytes}]
    try {
      for (;;) {
        const task = Atomics.add(control, ${CONTROL.next}, 1)
        if (task >= tasks) break
        kernel(args, task, scratch)
      }
    } catch {
      Atomics.store(control, ${CONTROL.failed}, 1)
    }
  }
  Atomics.sub(control, ${CONTROL.active}, 1)
  Atomics.notify(control, ${CONTROL.active})
  // The same job needs no second look.
  while (Atomics.load(control, ${CONTROL.state}) === state) Atomics.wait(control, ${CONTROL.state}, state)
}
`
