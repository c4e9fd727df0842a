import { tf } from '../tf.ts'
import type { Kernels } from './kernels.ts'
import { referenceKernels } from './reference/kernels.ts'

const replaced = new Map<string, Partial<Kernels>>()

/**
 * Replaces kernels on one backend; the others stay as they were. An entry is one whole kernel: to replace one direction
 * only, spread the reference: `{ linear: { ...referenceKernels.linear, backward } }`.
 */
export function registerKernels(backendName: string, kernels: Partial<Kernels>): void {
  replaced.set(backendName, { ...replaced.get(backendName), ...kernels })
}

/** Gives a backend its reference kernels back. */
export function unregisterKernels(backendName: string): void {
  replaced.delete(backendName)
}

/** The kernel that the present backend runs. */
export function kernel<K extends keyof Kernels>(name: K): Kernels[K] {
  return replaced.get(tf.getBackend())?.[name] ?? referenceKernels[name]
}

/** Which of our operations a backend replaces. */
export function replacedKernels(backendName: string): (keyof Kernels)[] {
  return Object.keys(replaced.get(backendName) ?? {}) as (keyof Kernels)[]
}
