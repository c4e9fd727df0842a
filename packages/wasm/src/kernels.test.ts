import { expect, it } from 'vitest'
import { i8x16, i32, i32x4, v128 } from './instructions.ts'
import { Kernels } from './kernels.ts'

it('grows its memory and keeps what lies in it', () => {
  const kernels = new Kernels<'increment'>(module => {
    module.func('increment', ['i32', 'i32'], ([from, to], body) =>
      body.range(from, to, 16, at => v128.store(at, i32x4.add(v128.load(at), i32x4.const(1, 2, 3, 4)))),
    )
  })
  expect(kernels.buffer.byteLength).toBe(65536)
  new Int32Array(kernels.buffer).set([10, 10, 10, 10])
  expect(kernels.ensure(65536)).toBe(false)
  expect(kernels.ensure(65537)).toBe(true)
  expect(kernels.buffer.byteLength).toBe(131072)
  kernels.call.increment(0, 16)
  kernels.call.increment(131072 - 16, 131072)
  const words = new Int32Array(kernels.buffer)
  expect([...words.slice(0, 5), ...words.slice(-4)]).toEqual([11, 12, 13, 14, 0, 1, 2, 3, 4])
})

it('has lanes of bytes', () => {
  const kernels = new Kernels<'digits'>(module => {
    module.func('digits', ['i32', 'i32'], ([from, to]) => {
      const digit = i8x16.ltU(i8x16.sub(v128.load(from), i8x16.const(0x30)), i8x16.const(10))
      return i32.store(to, i8x16.bitmask(v128.or(digit, i8x16.eq(v128.load(from), i8x16.const(0xe9)))))
    })
  })
  new Uint8Array(kernels.buffer).set(Buffer.from('/0129:\xe9ab9cdefg7', 'latin1'))
  kernels.call.digits(0, 32)
  expect(new Int32Array(kernels.buffer)[8]).toBe(0b1000_0010_0101_1110)
})
