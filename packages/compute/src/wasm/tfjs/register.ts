import { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { batchMatMul } from './batchMatMul.ts'
import { identity } from './identity.ts'

/** Replaces those of tfjs's own kernels for wasm that cost models most. */
export function registerOverrides(heap: () => Heap): void {
  replace('Identity', () => identity)
  replace('BatchMatMul', original => batchMatMul(heap, original))
}

function replace(kernelName: string, make: (original: tf.KernelFunc) => tf.KernelFunc): void {
  const original = tf.getKernel(kernelName, 'wasm')
  tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({ ...original, kernelFunc: make(original.kernelFunc) })
}
