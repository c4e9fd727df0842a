import { Worker } from 'node:worker_threads'
import { FIELD_BYTES, type Fields, type Job, type JobValues } from '../kernels/job.ts'
import { CONTROL, CONTROL_WORDS, SPINS } from './control.ts'
import { type HelperData, helperSource } from './worker.ts'

/** Bytes of a job's arguments, at most. */
const ARGUMENT_BYTES = 64 * FIELD_BYTES

/** Runs jobs, on several threads where the memory is shared. */
export interface Pool {
  readonly threads: number
  /**
   * Runs all tasks of a job and returns when they are done.
   *
   * @param scratchBytes scratch memory that a task needs
   */
  run<F extends Fields>(job: Job<F>, values: JobValues<F>, tasks: number, scratchBytes?: number): void
  /** Ends the helpers and gives the memory back. */
  close(): void
}

export interface PoolOptions {
  readonly module: WebAssembly.Module
  /** Shared, if there is to be more than one thread. */
  readonly memory: WebAssembly.Memory
  readonly threads: number
  allocate(bytes: number): number
  free(address: number): void
}

type Kernel = (args: number, task: number, scratch: number) => void

/**
 * Threads that divide a job's tasks among them. Tasks write to different places, and the bits of a task do not depend on
 * who does it.
 *
 * A thread that wants to help with an open job says so first (`active`), and then looks again whether the job is still
 * open before it touches anything. The main thread closes the job when no task is left to take, and waits for those who
 * are at work only: a thread that the system has put aside holds nobody up.
 */
export function createPool({ module, memory, threads, allocate, free }: PoolOptions): Pool {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const indices = new Map(Object.keys(exports).map((name, i) => [name, i]))
  const kernels = Object.values(exports) as Kernel[]
  const args = allocate(ARGUMENT_BYTES)
  const controlAt = allocate(4 * CONTROL_WORDS)
  const control = (): Int32Array => new Int32Array(memory.buffer, controlAt, CONTROL_WORDS)
  control().fill(0)
  // A view of shared memory outlives its growth; that of unshared memory is not needed.
  const shared = threads > 1 ? control() : undefined
  let scratch = 0
  let scratchBytes = 0

  const helpers = Array.from({ length: threads - 1 }, (_, i) => {
    const workerData: HelperData = { module, memory, control: controlAt, args, thread: i + 1 }
    const helper = new Worker(helperSource, { eval: true, workerData })
    helper.unref()
    return helper
  })

  const reserve = (bytes: number): void => {
    if (bytes <= scratchBytes) return
    if (scratch) free(scratch)
    scratchBytes = Math.ceil(bytes / 64) * 64
    scratch = allocate(scratchBytes * threads)
    if (!shared) return
    shared[CONTROL.scratch] = scratch
    shared[CONTROL.scratchBytes] = scratchBytes
  }

  const share = (control: Int32Array, kernel: number, tasks: number): void => {
    control[CONTROL.kernel] = kernel
    control[CONTROL.tasks] = tasks
    Atomics.store(control, CONTROL.next, 0)
    Atomics.store(control, CONTROL.failed, 0)
    Atomics.add(control, CONTROL.state, 1)
    Atomics.notify(control, CONTROL.state)
    try {
      for (;;) {
        const task = Atomics.add(control, CONTROL.next, 1)
        if (task >= tasks) break
        kernels[kernel]!(args, task, scratch)
      }
    } finally {
      Atomics.add(control, CONTROL.state, 1)
      for (let i = 0, active = 1; active > 0; i++) {
        active = Atomics.load(control, CONTROL.active)
        if (active > 0 && i >= SPINS) Atomics.wait(control, CONTROL.active, active)
      }
    }
    if (Atomics.load(control, CONTROL.failed)) throw new Error('a task of a wasm kernel failed in a helper thread')
  }

  return {
    threads,
    run(job, values, tasks, bytes = 0) {
      reserve(bytes)
      writeFields(new DataView(memory.buffer, args, ARGUMENT_BYTES), job, values)
      const kernel = indices.get(job.name)!
      if (shared && tasks > 1) share(shared, kernel, tasks)
      else for (let task = 0; task < tasks; task++) kernels[kernel]!(args, task, scratch)
    },
    close() {
      for (const helper of helpers) void helper.terminate()
      // A helper may still look at the control block: only what it never touches again is given back.
      if (scratch) free(scratch)
      scratch = 0
      scratchBytes = 0
    },
  }
}

function writeFields<F extends Fields>(view: DataView, job: Job<F>, values: JobValues<F>): void {
  let at = 0
  for (const [name, type] of Object.entries(job.fields)) {
    const value = values[name]!
    if (type === 'f32') view.setFloat32(at, value, true)
    else if (type === 'i64') view.setBigInt64(at, BigInt(value), true)
    else view.setInt32(at, value, true)
    at += FIELD_BYTES
  }
}
