import { tf } from '../../tf.ts'
import type { NativeBackend } from '../backend.ts'
import { isFloats, type NativeKernel } from './register.ts'

/** Run by run of what lies side by side; tfjs's own goes element by element. */
export const slice: NativeKernel = (backend, inputs, attrs) => {
  const x = inputs.x
  if (!x || !isFloats(x)) return undefined
  const { begin, size } = attrs as { begin: number | number[]; size: number | number[] }
  const [from, extents] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size)
  tf.slice_util.assertParamsValid(x as tf.Tensor, from!, extents!)
  // A part that lies together is only another view of the same memory.
  if (tf.slice_util.isSliceContinous(x.shape, from!, extents!)) return undefined
  return part(backend, x, from!, extents!)
}

export const split: NativeKernel = (backend, inputs, attrs) => {
  const x = inputs.x
  if (!x || !isFloats(x)) return undefined
  const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number }
  const along = tf.util.parseAxisParam(axis, x.shape)[0]!
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along)
  const begin = x.shape.map(() => 0)
  // tfjs takes an array where a kernel has several results.
  return sizes.map(extent => {
    const extents = x.shape.map((all, i) => (i === along ? extent : all))
    const piece = part(backend, x, begin, extents)
    begin[along]! += extent
    return piece
  }) as unknown as tf.TensorInfo
}

function part(
  backend: NativeBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  const values = backend.floatsOf(x)
  const out = backend.floats(tf.util.sizeFromShape([...size]))
  // The last dimensions of which all is taken lie side by side, and with them a stretch of the one before.
  let last = x.shape.length - 1
  while (last > 0 && size[last] === x.shape[last]) last--
  const strides = [...tf.util.computeStrides([...x.shape]), 1]
  const run = size[last]! * strides[last]!
  const index = size.slice(0, last).map(() => 0)
  for (let at = 0; at < out.length; at += run) {
    let from = begin[last]! * strides[last]!
    for (let i = 0; i < last; i++) from += (begin[i]! + index[i]!) * strides[i]!
    out.set(values.subarray(from, from + run), at)
    for (let i = last - 1; i >= 0 && ++index[i]! === size[i]; i--) index[i] = 0
  }
  return backend.info([...size], out)
}
