import { beforeAll, expect, it } from 'vitest'
import { chooseBackend } from '../../backends/choose.ts'
import { expectClose, normals } from '../../testing/checkOp.ts'
import { tf } from '../../tf.ts'

beforeAll(async () => {
  await chooseBackend('wasm')
})

it.each([
  [[3, 4], [4, 5], false, false],
  [[4, 3], [4, 5], true, false],
  [[3, 4], [5, 4], false, true],
  [[2, 4, 3], [2, 5, 4], true, true],
  [[2, 3, 4], [4, 5], false, false],
  [[3, 4], [2, 4, 5], false, false],
  [[2, 3, 7, 8], [2, 3, 9, 8], false, true],
] as const)('multiplies %j by %j, transposed %s, %s, as the cpu backend does', async (a, b, transposeA, transposeB) => {
  const values = [normals(tf.util.sizeFromShape([...a]), 1, 'a'), normals(tf.util.sizeFromShape([...b]), 1, 'b')]
  const multiply = () =>
    tf.tidy(() => {
      const inputs = [tf.tensor(values[0]!, [...a]), tf.tensor(values[1]!, [...b])] as [tf.Tensor, tf.Tensor]
      const product = tf.matMul(inputs[0], inputs[1], transposeA, transposeB)
      return { shape: product.shape, values: product.dataSync() }
    })
  const before = tf.memory().numTensors
  const ours = multiply()
  expect(tf.memory().numTensors).toBe(before)
  await tf.setBackend('cpu')
  const theirs = multiply()
  await tf.setBackend('wasm')
  expect(ours.shape).toEqual(theirs.shape)
  expectClose('product', ours.values, theirs.values, 1e-6)
})

it('differentiates a batched product', () => {
  tf.tidy(() => {
    const [a, b] = [tf.ones([2, 3, 4]), tf.fill([2, 4, 5], 2)]
    const [da, db] = tf.grads((x, y) => tf.matMul(x!, y!))([a, b])
    expect([da!.shape, db!.shape]).toEqual([a.shape, b.shape])
    expect(new Set(da!.dataSync())).toEqual(new Set([10]))
    expect(new Set(db!.dataSync())).toEqual(new Set([3]))
  })
})

it('says which shapes do not fit', () => {
  tf.tidy(() => {
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([4, 5]))).toThrow(/inner (shapes|sizes)/)
  })
})

it('clones without a copy, and frees with the last', () => {
  const backend = tf.backend() as unknown as { getMemoryOffset(id: object): number; refCount(id: object): number }
  const a = tf.tensor1d([1, 2, 3])
  const b = a.clone()
  expect(backend.getMemoryOffset(b.dataId)).toBe(backend.getMemoryOffset(a.dataId))
  a.dispose()
  expect([...b.dataSync()]).toEqual([1, 2, 3])
  expect(backend.refCount(b.dataId)).toBe(1)
  b.dispose()
  expect(backend.refCount(b.dataId)).toBe(0)
})

it('gives back a value that does not change with its variable', () => {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])))
  const read = variable.dataSync()
  const copy = variable.clone()
  variable.assign(tf.tidy(() => tf.tensor1d([3, 4])))
  expect([...read, ...copy.dataSync(), ...variable.dataSync()]).toEqual([1, 2, 1, 2, 3, 4])
  tf.dispose([variable, copy])
})
