import type { NativeEngine } from '../backends/native.ts'
import { registerKernels } from '../ops/dispatch.ts'
import { tf } from '../tf.ts'
import type { Addon } from './addon.ts'
import { NativeBackend } from './backend.ts'
import { findAddon } from './find.ts'
import { nativeKernels } from './kernels/index.ts'
import { elementwiseKernels } from './tfjs/elementwise.ts'
import { matMulKernels } from './tfjs/matMul.ts'
import { reductionKernels } from './tfjs/reductions.ts'
import { registerTfjsKernels } from './tfjs/register.ts'
import { slice, split } from './tfjs/slice.ts'
import { transposeKernels } from './tfjs/transpose.ts'

const ADVICE = 'run "pipeline setup native", which needs a C++ compiler (g++ or clang)'

let loaded: NativeEngine | undefined

/** The embedded C++ engine, if it has been built for this machine. */
export async function loadNative(): Promise<NativeEngine> {
  // Not remembered while it is missing: it may be built while the process runs.
  if (loaded?.available) return loaded
  const found = await findAddon()
  loaded = 'addon' in found ? engine(found.addon) : missing(found.reason)
  return loaded
}

function engine(addon: Addon): NativeEngine {
  const instructionSet = addon.instructionSet()
  if (instructionSet === undefined) {
    const sets = addon.instructionSets().join(', ')
    return {
      ...missing(`SLUICE_ISA=${process.env.SLUICE_ISA} cannot be used on this processor`),
      advice: `unset SLUICE_ISA, or take one of ${sets}`,
    }
  }
  const precisions = addon.hasBf16() ? (['f32', 'bf16'] as const) : (['f32'] as const)
  return {
    available: true,
    reason: `C++ kernels for ${instructionSet}, ${addon.threads()} threads`,
    instructionSet,
    threads: addon.threads(),
    precisions,
    register: ({ threads, precision }) => register(addon, threads, precision),
  }
}

function missing(reason: string): NativeEngine {
  return {
    available: false,
    reason,
    advice: ADVICE,
    register() {
      throw new Error(`the native backend cannot be used: ${reason}`)
    },
  }
}

function register(addon: Addon, threads: number | undefined, precision: 'f32' | 'bf16'): void {
  if (threads !== undefined) addon.setThreads(threads)
  const present = tf.findBackend('native') as NativeBackend | null
  if (present) {
    present.precision = precision
    return
  }
  const backend = new NativeBackend(addon, precision)
  registerTfjsKernels('native', {
    ...elementwiseKernels,
    ...matMulKernels,
    ...reductionKernels,
    ...transposeKernels,
    Slice: slice,
    SplitV: split,
  })
  registerKernels('native', nativeKernels(backend))
  // The lowest priority: tfjs takes it only when it is asked to.
  tf.registerBackend('native', () => backend, -1)
}
