import { tf } from '../../tf.ts'
import { BINARY, UNARY } from '../functions.ts'
import { walkOf } from './broadcast.ts'
import { isFloats, type NativeKernel } from './register.ts'

function unary(name: string, function_: number): NativeKernel {
  return (backend, { x }) => {
    if (!x || !isFloats(x)) return undefined
    const values = backend.floatsOf(x)
    const y = backend.floats(values.length)
    backend.profile.run(name, 0, 2 * y.byteLength, () => backend.addon.unary(function_, values, y, values.length))
    return backend.info(x.shape, y)
  }
}

function binary(name: string, function_: number): NativeKernel {
  return (backend, { a, b }) => {
    if (!a || !b || !isFloats(a) || !isFloats(b)) return undefined
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
    const walk = walkOf(a.shape, b.shape, shape)
    if (!walk) return undefined
    // Sums of equal shapes take bfloat16 as it is: what a layer adds to the residual stream.
    const mixed = function_ === BINARY.add && tf.util.arraysEqual(a.shape, b.shape)
    const left = mixed ? backend.realsOf(a) : backend.floatsOf(a)
    const right = mixed ? backend.realsOf(b) : backend.floatsOf(b)
    const y = backend.floats(walk.rows * walk.columns)
    const { rows, columns, rowA, columnA, rowB, columnB } = walk
    backend.profile.run(name, 0, left.byteLength + right.byteLength + y.byteLength, () =>
      backend.addon.binary(function_, left, right, y, rows, columns, rowA, columnA, rowB, columnB),
    )
    return backend.info(shape, y)
  }
}

export const elementwiseKernels: Readonly<Record<string, NativeKernel>> = {
  [tf.Neg]: unary('Neg', UNARY.negate),
  [tf.Abs]: unary('Abs', UNARY.absolute),
  [tf.Square]: unary('Square', UNARY.square),
  [tf.Sqrt]: unary('Sqrt', UNARY.squareRoot),
  [tf.Rsqrt]: unary('Rsqrt', UNARY.inverseSquareRoot),
  [tf.Reciprocal]: unary('Reciprocal', UNARY.reciprocal),
  [tf.Exp]: unary('Exp', UNARY.exponential),
  [tf.Relu]: unary('Relu', UNARY.relu),
  [tf.Sigmoid]: unary('Sigmoid', UNARY.sigmoid),
  [tf.Add]: binary('Add', BINARY.add),
  [tf.Sub]: binary('Sub', BINARY.subtract),
  [tf.Multiply]: binary('Multiply', BINARY.multiply),
  [tf.RealDiv]: binary('RealDiv', BINARY.divide),
  [tf.Maximum]: binary('Maximum', BINARY.maximum),
  [tf.Minimum]: binary('Minimum', BINARY.minimum),
  [tf.SquaredDifference]: binary('SquaredDifference', BINARY.squaredDifference),
}
