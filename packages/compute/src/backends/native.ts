import { tf } from '../tf.ts'
import type { Candidate, Precision } from './backend.ts'

/** What ../native offers: the embedded C++ engine, if it has been built for this machine. */
export interface NativeEngine {
  readonly available: boolean
  /** What was found: the compiled addon, or why there is none. */
  readonly reason: string
  readonly advice?: string
  /** The instruction set that will be used, for instance 'amx-bf16'. */
  readonly instructionSet?: string
  /** Threads that will be used by default. */
  readonly threads?: number
  /** Precisions it has here. */
  readonly precisions?: readonly Precision[]
  /** Registers the tfjs backend 'native' and our kernels for it. Called at most once a process, except to change options. */
  register(options: { threads?: number; precision: Precision }): Promise<void> | void
}

export const native: Candidate = {
  name: 'native',
  async report() {
    const engine = await load()
    return {
      name: 'native',
      available: engine.available,
      reason: engine.reason,
      ...(engine.advice === undefined ? {} : { advice: engine.advice }),
    }
  },
  async start({ threads, precision = 'f32' }) {
    const engine = await load()
    const used: Precision = engine.precisions?.includes(precision) ? precision : 'f32'
    await engine.register({ ...(threads === undefined ? {} : { threads }), precision: used })
    await tf.setBackend('native')
    return {
      name: 'native',
      description: `Sluice's C++ kernels${engine.instructionSet ? ` (${engine.instructionSet})` : ''}`,
      threads: threads ?? engine.threads ?? 1,
      ...(engine.instructionSet === undefined ? {} : { instructionSet: engine.instructionSet }),
      precision: used,
    }
  },
}

async function load(): Promise<NativeEngine> {
  const { loadNative } = await import('../native/index.ts')
  return loadNative()
}
