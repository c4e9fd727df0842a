import { tf } from '../../tf.ts'
import type { NativeBackend } from '../backend.ts'
import { BINARY, UNARY } from '../functions.ts'
import { isFloats, type NativeKernel } from './register.ts'

interface Product {
  shape: number[]
  values: Float32Array
}

/** Undefined where the batches are broadcast in a way that is neither equal nor one to many. */
function product(
  backend: NativeBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): Product | undefined {
  const [batchA, p, q] = asBatch(a.shape)
  const [batchB, r, s] = asBatch(b.shape)
  const [m, k] = transposeA ? [q, p] : [p, q]
  const [depth, n] = transposeB ? [s, r] : [r, s]
  if (k !== depth) return undefined
  if (batchA !== batchB && batchA !== 1 && batchB !== 1) return undefined
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const batch = Math.max(batchA, batchB)
  if (tf.util.sizeFromShape(outer) !== batch) return undefined
  const left = backend.floatsOf(a)
  const right = backend.floatsOf(b)
  const values = backend.floats(batch * m * n)
  const strideA = batchA === 1 ? 0 : p * q
  const strideB = batchB === 1 ? 0 : r * s
  const bytes = left.byteLength + right.byteLength + values.byteLength
  backend.profile.run('matMul', 2 * batch * m * n * k, bytes, () =>
    backend.addon.matMul(backend.bf16, left, right, values, batch, m, n, k, strideA, strideB, transposeA, transposeB),
  )
  return { shape: [...outer, m, n], values }
}

function asBatch(shape: readonly number[]): [number, number, number] {
  const rank = shape.length
  return [tf.util.sizeFromShape(shape.slice(0, -2)), shape[rank - 2] ?? 1, shape[rank - 1] ?? 1]
}

const batchMatMul: NativeKernel = (backend, { a, b }, { transposeA, transposeB }) => {
  if (!a || !b || !isFloats(a) || !isFloats(b)) return undefined
  const result = product(backend, a, b, Boolean(transposeA), Boolean(transposeB))
  return result && backend.info(result.shape, result.values)
}

/** With a bias of one value a column, and relu or no activation; the rest is left to tfjs. */
const fusedMatMul: NativeKernel = (backend, { a, b, bias, preluActivationWeights }, attrs) => {
  const activation = attrs.activation ?? 'linear'
  if (!a || !b || !isFloats(a) || !isFloats(b) || preluActivationWeights) return undefined
  if (activation !== 'linear' && activation !== 'relu') return undefined
  const result = product(backend, a, b, Boolean(attrs.transposeA), Boolean(attrs.transposeB))
  if (!result) return undefined
  const { shape, values } = result
  const columns = shape[shape.length - 1]!
  if (bias) {
    const added = backend.floatsOf(bias)
    if (!isFloats(bias) || added.length !== columns) return undefined
    backend.addon.binary(BINARY.add, values, added, values, values.length / columns, columns, columns, 1, 0, 1)
  }
  if (activation === 'relu') backend.addon.unary(UNARY.relu, values, values, values.length)
  return backend.info(shape, values)
}

export const matMulKernels: Readonly<Record<string, NativeKernel>> = {
  [tf.BatchMatMul]: batchMatMul,
  [tf._FusedMatMul]: fusedMatMul,
}
