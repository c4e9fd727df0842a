import { tf } from '../../tf.ts'
import { REDUCE } from '../functions.ts'
import { isFloats, type NativeKernel } from './register.ts'

/** Over neighbouring dimensions; others are left to tfjs. */
function reduction(name: string, function_: number, attribute: string): NativeKernel {
  return (backend, { x }, attrs) => {
    if (!x || !isFloats(x)) return undefined
    const axes = tf.util.parseAxisParam(attrs[attribute] as number | number[], x.shape).sort((p, q) => p - q)
    const first = axes[0] ?? 0
    if (axes.some((axis, i) => axis !== first + i)) return undefined
    const extent = (from: number, to: number): number => tf.util.sizeFromShape(x.shape.slice(from, to))
    const outer = extent(0, first)
    const reduced = extent(first, first + axes.length)
    const inner = extent(first + axes.length, x.shape.length)
    const values = backend.floatsOf(x)
    const y = backend.floats(outer * inner)
    backend.profile.run(name, 0, values.byteLength + y.byteLength, () =>
      backend.addon.reduce(function_, values, y, outer, reduced, inner),
    )
    const keepDims = Boolean(attrs.keepDims)
    const shape = keepDims
      ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : x.shape.filter((_, axis) => !axes.includes(axis))
    return backend.info(shape, y)
  }
}

const softmax: NativeKernel = (backend, { logits }, { dim }) => {
  if (!logits || !isFloats(logits)) return undefined
  const rank = logits.shape.length
  const axis = dim as number
  if (axis !== -1 && axis !== rank - 1) return undefined
  const columns = logits.shape[rank - 1] ?? 1
  const values = backend.floatsOf(logits)
  const y = backend.floats(values.length)
  backend.profile.run('Softmax', 0, 2 * y.byteLength, () =>
    backend.addon.softmax(values, y, values.length / columns, columns),
  )
  return backend.info(logits.shape, y)
}

export const reductionKernels: Readonly<Record<string, NativeKernel>> = {
  [tf.Sum]: reduction('Sum', REDUCE.sum, 'axis'),
  [tf.Mean]: reduction('Mean', REDUCE.mean, 'axis'),
  [tf.Max]: reduction('Max', REDUCE.maximum, 'reductionIndices'),
  [tf.Softmax]: softmax,
}
