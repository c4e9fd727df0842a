import type { Builder, Result } from './builder.ts'
import type { DType, Value } from './types.ts'

/** Operations of TensorFlow on values of a program, with the shapes that they give. Numbers become constants. */
export type Operand = Value | number

export function cast(p: Builder, x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x
  const attributes = { SrcT: { type: x.dtype }, DstT: { type: dtype }, Truncate: false }
  return p.op('Cast', [x], attributes, { shape: x.shape, dtype })
}

/** a · b over the last two dimensions, either of them transposed. */
export function matMul(p: Builder, a: Value, b: Value, { transposeA = false, transposeB = false } = {}): Value {
  const rows = a.shape.at(transposeA ? -1 : -2)!
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const result = { shape: [...a.shape.slice(0, -2), rows, columns], dtype: a.dtype }
  const T = { type: a.dtype }
  return a.shape.length === 2
    ? p.op('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB, T }, result)
    : p.op('BatchMatMulV2', [a, b], { adj_x: transposeA, adj_y: transposeB, T }, result)
}

export const add = binary('AddV2')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('RealDiv')

/** A function of two operands, one of which may be repeated along dimensions where it has length 1. */
function binary(name: string) {
  return (p: Builder, a: Operand, b: Operand): Value => {
    const [x, y] = [a, b].map(operand => (typeof operand === 'number' ? p.scalar(operand) : operand)) as [Value, Value]
    return p.op(name, [x, y], { T: { type: x.dtype } }, { shape: broadcast(x.shape, y.shape), dtype: x.dtype })
  }
}

export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    return m === 1 ? n : m
  })
}

export const tanh = unary('Tanh')
export const exp = unary('Exp')
export const log = unary('Log')
export const square = unary('Square')
export const sqrt = unary('Sqrt')
export const rsqrt = unary('Rsqrt')
export const erf = unary('Erf')
/** Over the last dimension. */
export const softmax = unary('Softmax')
export const identity = unary('Identity')

/** The shape and type of `x`, for a result that has the same. */
function same({ shape, dtype }: Value): Result {
  return { shape, dtype }
}

function unary(name: string) {
  return (p: Builder, x: Value): Value => p.op(name, [x], { T: { type: x.dtype } }, same(x))
}

/** The sum of values of one shape, in one pass. A value may come several times. */
export function addN(p: Builder, xs: readonly Value[]): Value {
  return p.op('AddN', xs, { T: { type: xs[0]!.dtype }, N: xs.length }, same(xs[0]!))
}

/** dy · (1 - y²), the gradient of y = tanh. */
export function tanhGrad(p: Builder, y: Value, dy: Value): Value {
  return p.op('TanhGrad', [y, dy], { T: { type: y.dtype } }, same(y))
}

export const sum = reduction('Sum')
export const mean = reduction('Mean')
export const max = reduction('Max')

/** Over the last dimension, which stays with length 1. */
function reduction(name: string) {
  return (p: Builder, x: Value): Value => {
    const attributes = { keep_dims: true, T: { type: x.dtype }, Tidx: { type: 'int32' as const } }
    const shape = [...x.shape.slice(0, -1), 1]
    return p.op(name, [x, p.integers([x.shape.length - 1])], attributes, { shape, dtype: x.dtype })
  }
}

/** All elements. */
export function total(p: Builder, x: Value): Value {
  const attributes = { keep_dims: false, T: { type: x.dtype }, Tidx: { type: 'int32' as const } }
  return p.op('Sum', [x, p.integers(x.shape.map((_, i) => i))], attributes, { shape: [], dtype: x.dtype })
}

/** x [N, C] + b [C]. */
export function biasAdd(p: Builder, x: Value, b: Value): Value {
  return p.op('BiasAdd', [x, b], { T: { type: x.dtype }, data_format: 'NHWC' }, same(x))
}

/** The sum of the rows of x [N, C]. */
export function columnSums(p: Builder, x: Value): Value {
  const result = { shape: [x.shape.at(-1)!], dtype: x.dtype }
  return p.op('BiasAddGrad', [x], { T: { type: x.dtype }, data_format: 'NHWC' }, result)
}

export function reshape(p: Builder, x: Value, shape: readonly number[]): Value {
  const attributes = { T: { type: x.dtype }, Tshape: { type: 'int32' as const } }
  return p.op('Reshape', [x, p.integers(shape)], attributes, { shape, dtype: x.dtype })
}

export function transpose(p: Builder, x: Value, order: readonly number[]): Value {
  const attributes = { T: { type: x.dtype }, Tperm: { type: 'int32' as const } }
  const shape = order.map(axis => x.shape[axis]!)
  return p.op('Transpose', [x, p.integers(order)], attributes, { shape, dtype: x.dtype })
}

/** Along the first dimension; TensorFlow makes no copies. */
export function unpack(p: Builder, x: Value): readonly Value[] {
  const [count, ...shape] = x.shape as [number, ...number[]]
  const results = Array.from({ length: count }, () => ({ shape, dtype: x.dtype }))
  return p.ops('Unpack', [x], { T: { type: x.dtype }, num: count, axis: 0 }, results)
}

export function pack(p: Builder, xs: readonly Value[]): Value {
  const { shape, dtype } = xs[0]!
  return p.op('Pack', xs, { T: { type: dtype }, N: xs.length, axis: 0 }, { shape: [xs.length, ...shape], dtype })
}

export function concat(p: Builder, xs: readonly Value[]): Value {
  if (xs.length === 1) return xs[0]!
  const { shape, dtype } = xs[0]!
  const rows = xs.reduce((count, x) => count + x.shape[0]!, 0)
  const attributes = { T: { type: dtype }, N: xs.length, Tidx: { type: 'int32' as const } }
  return p.op('ConcatV2', [...xs, p.integers(0)], attributes, { shape: [rows, ...shape.slice(1)], dtype })
}

/** `size` of the first dimension, from `begin` on. */
export function slice(p: Builder, x: Value, begin: number, size: number): Value {
  const rest = x.shape.slice(1)
  if (begin === 0 && size === x.shape[0]) return x
  const inputs = [x, p.integers([begin, ...rest.map(() => 0)]), p.integers([size, ...rest])]
  const attributes = { T: { type: x.dtype }, Index: { type: 'int32' as const } }
  return p.op('Slice', inputs, attributes, { shape: [size, ...rest], dtype: x.dtype })
}

/** Rows of x [V, C]. */
export function gather(p: Builder, x: Value, ids: Value): Value {
  const attributes = {
    Tparams: { type: x.dtype },
    Tindices: { type: ids.dtype },
    Taxis: { type: 'int32' as const },
    batch_dims: 0,
  }
  const shape = [...ids.shape, ...x.shape.slice(1)]
  return p.op('GatherV2', [x, ids, p.integers(0)], attributes, { shape, dtype: x.dtype })
}

/** The rows of x [N, C] with the same id, summed: [rows, C]. */
export function sumByIds(p: Builder, x: Value, ids: Value, rows: number): Value {
  const attributes = {
    T: { type: x.dtype },
    Tindices: { type: ids.dtype },
    Tnumsegments: { type: 'int32' as const },
  }
  const result = { shape: [rows, ...x.shape.slice(1)], dtype: x.dtype }
  return p.op('UnsortedSegmentSum', [x, ids, p.integers(rows)], attributes, result)
}

/** x where `condition` holds, else `other`. */
export function select(p: Builder, condition: Value, x: Value, other: number): Value {
  const value = cast(p, p.scalar(other), x.dtype)
  return p.op('SelectV2', [condition, x, value], { T: { type: x.dtype } }, same(x))
}

/** The same bits as another type of the same size. */
export function bitcast(p: Builder, x: Value, dtype: DType): Value {
  return p.op('Bitcast', [x], { T: { type: x.dtype }, type: { type: dtype } }, { shape: x.shape, dtype })
}

/** The element `columns[i]` of every row i of x [N, V]: [N]. */
export function elements(p: Builder, x: Value, columns: Value): Value {
  const types = { Tparams: { type: x.dtype }, Tindices: { type: 'int32' as const } }
  return p.op('GatherNd', [x, places(p, columns)], types, { shape: [x.shape[0]!], dtype: x.dtype })
}

/** x [N, V] with the element `columns[i]` of every row i replaced by values[i]. */
export function withElements(p: Builder, x: Value, columns: Value, values: Value): Value {
  const types = { T: { type: x.dtype }, Tindices: { type: 'int32' as const } }
  return p.op('TensorScatterUpdate', [x, places(p, columns), values], types, same(x))
}

/** x [M, D] with the rows `at` [N, 1] replaced by those of y [N, D]. */
export function withRows(p: Builder, x: Value, at: Value, y: Value): Value {
  const types = { T: { type: x.dtype }, Tindices: { type: 'int32' as const } }
  return p.op('TensorScatterUpdate', [x, at, y], types, same(x))
}

function places(p: Builder, columns: Value): Value {
  const count = columns.shape[0]!
  const rows = p.constant(
    Int32Array.from({ length: count }, (_, i) => i),
    [count],
  )
  const attributes = { T: { type: 'int32' as const }, N: 2, axis: 1 }
  return p.op('Pack', [rows, columns], attributes, { shape: [count, 2], dtype: 'int32' })
}
