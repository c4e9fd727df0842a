import { describe, expect, it } from 'vitest'
import { signed, unsigned } from './encode.ts'
import { f32, i32, i64, v128 } from './instructions.ts'
import { WasmModule, when } from './module.ts'

describe('LEB128', () => {
  // Examples of DWARF 4, section 7.6, and the bounds of 32 bits.
  it.each([
    [2, [2]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [12857, [0xb9, 0x64]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('writes %i without a sign', (value, bytes) => expect(unsigned(value)).toEqual(bytes))

  it.each([
    [2, [2]],
    [-2, [0x7e]],
    [127, [0xff, 0]],
    [-127, [0x81, 0x7f]],
    [128, [0x80, 1]],
    [-128, [0x80, 0x7f]],
    [0x80000000, [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('writes %i with one', (value, bytes) => expect(signed(value)).toEqual(bytes))
})

describe('a module', () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const instance = (module: WasmModule) =>
    new WebAssembly.Instance(new WebAssembly.Module(module.binary({ shared: false })), { env: { memory } })
      .exports as Record<string, (...args: number[]) => void>

  it('runs loops, conditions and calls', () => {
    const module = new WasmModule()
    const square = module.func('square', ['i32', 'i32'], ([x, to]) => i32.store(to, i32.mul(x, x)))
    module.func('squares', ['i32', 'i32'], ([count, to], body) =>
      body.range(0, count, 1, i =>
        when(i32.and(i, 1), square(i, i32.add(to, i32.shl(i, 2))), i32.store(i32.add(to, i32.shl(i, 2)), -1)),
      ),
    )
    const words = new Int32Array(memory.buffer)
    words.fill(9)
    instance(module).squares!(5, 0)
    expect([...words.slice(0, 6)]).toEqual([-1, 1, -1, 9, -1, 9])
    words.fill(9)
    instance(module).squares!(0, 0)
    expect(words[0]).toBe(9)
  })

  it('has constants of all types', () => {
    const module = new WasmModule()
    module.func('constants', ['i32'], ([to]) => [
      f32.store(to, -0.1),
      i32.store(to, i32.wrap(i64.shrU(i64.mul(i64.extend(i32.const(-1)), 5), 32)), 4),
      v128.store(to, v128.load32Zero(to), 16),
    ])
    instance(module).constants!(0)
    expect(new Float32Array(memory.buffer, 0, 1)[0]).toBe(Math.fround(-0.1))
    expect(new Int32Array(memory.buffer, 4, 1)[0]).toBe(4)
    expect([...new Float32Array(memory.buffer, 16, 4)]).toEqual([Math.fround(-0.1), 0, 0, 0])
  })

  it('is valid for shared memory too', () => {
    const module = new WasmModule()
    module.func('nothing', [], () => [])
    expect(WebAssembly.validate(module.binary({ shared: true }))).toBe(true)
  })
})
