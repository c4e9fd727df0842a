import type { AdamWKernel, SquaredNormsKernel } from '../../ops/kernels.ts'
import type { NativeBackend } from '../backend.ts'

/** All parameters in one call, in place. */
export function adamWKernel(backend: NativeBackend): AdamWKernel {
  const { addon, profile } = backend
  return a => {
    const parameters = a.params.map(variable => backend.ownFloats(variable))
    const m = a.m.map(variable => backend.ownFloats(variable))
    const v = a.v.map(variable => backend.ownFloats(variable))
    const gradients = a.grads.map(gradient => backend.floatsOf(gradient))
    const bytes = parameters.reduce((sum, { byteLength }) => sum + 7 * byteLength, 0)
    profile.run('adamW', 0, bytes, () =>
      addon.adamW(
        parameters,
        gradients,
        m,
        v,
        Float64Array.from(a.weightDecay),
        a.learningRate,
        a.beta1,
        a.beta2,
        a.epsilon,
        a.step,
        a.gradScale,
      ),
    )
  }
}

export function squaredNormsKernel(backend: NativeBackend): SquaredNormsKernel {
  const { addon, profile } = backend
  return tensors => {
    const sums = new Float64Array(tensors.length)
    const arrays = tensors.map(tensor => backend.floatsOf(tensor))
    const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
    profile.run('squaredNorms', 0, bytes, () => addon.squaredNorms(arrays, sums))
    return [...sums]
  }
}
