import { tf } from '../../tf.ts'
import type { NativeBackend } from '../backend.ts'

/** A tfjs kernel of ours: undefined where the case is left to tfjs's own. */
export type NativeKernel = (
  backend: NativeBackend,
  inputs: Record<string, tf.TensorInfo>,
  attrs: Record<string, unknown>,
) => tf.TensorInfo | undefined

/** Gives the backend `name` all of tfjs's cpu kernels, with ours in front of those that we replace. */
export function registerTfjsKernels(name: string, kernels: Readonly<Record<string, NativeKernel>>): void {
  tf.copyRegisteredKernels('cpu', name)
  for (const [kernelName, ours] of Object.entries(kernels)) {
    const theirs = tf.getKernel(kernelName, 'cpu')
    if (!theirs) throw new Error(`tfjs has no kernel called ${kernelName}`)
    tf.unregisterKernel(kernelName, name)
    tf.registerKernel({
      ...theirs,
      backendName: name,
      kernelFunc: a =>
        ours(a.backend as NativeBackend, a.inputs as Record<string, tf.TensorInfo>, a.attrs ?? {}) ??
        theirs.kernelFunc(a),
    })
  }
}

/** Whether a tensor is one that our kernels compute with. */
export function isFloats(tensor: tf.TensorInfo | undefined): boolean {
  return tensor !== undefined && tensor.dtype === 'float32' && tf.util.sizeFromShape(tensor.shape) > 0
}
