import { expect, it } from 'vitest'
import { chooseBackend } from '../../backends/choose.ts'
import { tf } from '../../tf.ts'
import { guardMemory, HEAP_LIMIT, type WasmBackend } from './heap.ts'

it('refuses memory beyond the limit with advice, and gives it back', () => {
  const freed: number[] = []
  let next = 0
  const module = {
    _malloc(_bytes: number): number {
      // So does Emscripten's wrapper, when it is first called.
      module._malloc = () => next
      return next
    },
    _free: (address: number) => void freed.push(address),
  }
  guardMemory(module)
  expect(freed).toEqual([0])
  freed.length = 0
  // As Emscripten gives an address beyond 2 GiB.
  next = 3e9 | 0
  expect(module._malloc(1000)).toBe(3e9)
  next = HEAP_LIMIT - 999
  expect(() => module._malloc(1000)).toThrow("the wasm backend's memory of 3.5 GB is full: 1 MB more do not fit")
  expect(freed).toEqual([HEAP_LIMIT - 999])
  // What its allocator answers when there is nothing left; tfjs would write to address 0.
  next = 0
  expect(() => module._malloc(25e6)).toThrow("the wasm backend's memory of 3.5 GB is full: 25 MB more do not fit")
  expect(freed).toHaveLength(1)
  expect(module._malloc(0)).toBe(0)
})

it('stands guard over the real backend', async () => {
  await chooseBackend('wasm')
  const { wasm } = tf.backend() as unknown as WasmBackend
  tf.dispose(tf.ones([10]))
  expect(() => wasm._malloc(3.6e9)).toThrow("the wasm backend's memory of 3.5 GB is full: 3600 MB more do not fit")
})
