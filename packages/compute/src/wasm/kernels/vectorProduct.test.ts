import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectClose, normals } from '../../testing/checkOp.ts'
import * as double from '../../testing/double.ts'
import { buildKernels } from './build.ts'
import { FIELD_BYTES } from './job.ts'
import { DOT_ROWS, PRODUCT_COLUMNS, vectorDots, vectorProduct } from './vectorProduct.ts'

const memory = new WebAssembly.Memory({ initial: 64 })
const module = new WebAssembly.Module(buildKernels({ shared: false, relaxed: false }))
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<
  string,
  (args: number, task: number, scratch: number) => void
>

/** Puts arrays into memory, with a sentinel behind each, and runs a job's tasks, the last one first. */
function run(
  name: string,
  arrays: readonly Float32Array[],
  sizes: readonly number[],
  tasks: number,
): (which: number) => Float32Array {
  const heap = new Float32Array(memory.buffer)
  const args = new DataView(memory.buffer)
  let at = 64
  const places = arrays.map((array, i) => {
    const place = at
    heap.set(array, place)
    heap[place + array.length] = 77
    args.setInt32(i * FIELD_BYTES, 4 * place, true)
    at += array.length + 1
    return place
  })
  sizes.forEach((size, i) => {
    args.setInt32((arrays.length + i) * FIELD_BYTES, size, true)
  })
  for (let task = tasks - 1; task >= 0; task--) kernels[name]!(0, task, 0)
  places.forEach((place, i) => {
    expect(heap[place + arrays[i]!.length]).toBe(77)
  })
  return which => heap.slice(places[which]!, places[which]! + arrays[which]!.length)
}

const size = (most: number) => fc.integer({ min: 1, max: most })

it('multiplies a vector by a matrix', () => {
  fc.assert(
    fc.property(size(40), size(300), fc.boolean(), (inputs, outputs, accumulate) => {
      const [x, w] = [normals(inputs, 1, 'x'), normals(inputs * outputs, 2, 'w')]
      const [b, y] = [normals(outputs, 3, 'b'), normals(outputs, 4, 'y')]
      const sizes = [inputs, outputs, accumulate ? 1 : 0]
      const found = run(vectorProduct.name, [x, w, b, y], sizes, Math.ceil(outputs / PRODUCT_COLUMNS))
      const product = double.matMul(Float64Array.from(x), Float64Array.from(w), 1, inputs, outputs)
      const expected = product.map((value, i) => value + b[i]! + (accumulate ? y[i]! : 0))
      expectClose('y', found(3), expected, 1e-5)
      expect(found(1)).toEqual(w)
    }),
    { numRuns: 60 },
  )
})

it('takes the dot product with each row of a table', () => {
  fc.assert(
    fc.property(size(150), size(40), (rows, width) => {
      const [x, table, y] = [normals(width, 1, 'x'), normals(rows * width, 2, 'table'), new Float32Array(rows)]
      const found = run(vectorDots.name, [x, table, y], [rows, width], Math.ceil(rows / DOT_ROWS))
      const expected = double.matMul(Float64Array.from(table), Float64Array.from(x), rows, width, 1)
      expectClose('y', found(2), expected, 1e-5)
    }),
    { numRuns: 60 },
  )
})
