import { tf } from '../../tf.ts'
import { isFloats, type NativeKernel } from './register.ts'

/** Permutations that exchange two neighbouring groups of dimensions, and those that move none. */
const transpose: NativeKernel = (backend, { x }, { perm }) => {
  if (!x || !isFloats(x)) return undefined
  const order = perm as number[]
  const shape = order.map(axis => x.shape[axis]!)
  // Dimensions of one element may stand anywhere.
  const moved = order.filter(axis => x.shape[axis] !== 1)
  const places = [...moved].sort((p, q) => p - q)
  const start = moved.findIndex((axis, i) => axis !== places[i])
  if (start < 0) {
    backend.incRef(x.dataId)
    return { dataId: x.dataId, shape, dtype: x.dtype }
  }
  let end = moved.length
  while (moved[end - 1] === places[end - 1]) end--
  const within = moved.slice(start, end).map(axis => places.indexOf(axis) - start)
  const second = within[0]!
  const length = end - start
  if (within.some((place, i) => place !== (second + i) % length)) return undefined
  const extent = (from: number, to: number): number =>
    places.slice(from, to).reduce((product, axis) => product * x.shape[axis]!, 1)
  const [outer, a] = [extent(0, start), extent(start, start + second)]
  const [b, inner] = [extent(start + second, end), extent(end, places.length)]
  const values = backend.floatsOf(x)
  const y = backend.floats(values.length)
  backend.profile.run('Transpose', 0, 2 * y.byteLength, () => backend.addon.transpose(values, y, outer, a, b, inner))
  return backend.info(shape, y)
}

export const transposeKernels: Readonly<Record<string, NativeKernel>> = { [tf.Transpose]: transpose }
