import { WasmModule } from './module.ts'

const page = 64 * 1024

/** Kernels with memory of their own, in which they find what they work on and leave what they have found. */
export class Kernels<Name extends string> {
  readonly #memory: WebAssembly.Memory
  /** The kernels, by name. */
  readonly call: Readonly<Record<Name, (...args: number[]) => void>>

  /** @param write adds the functions to a module */
  constructor(write: (module: WasmModule) => void) {
    const module = new WasmModule()
    write(module)
    this.#memory = new WebAssembly.Memory({ initial: 1 })
    const binary = new WebAssembly.Module(module.binary({ shared: false }))
    this.call = new WebAssembly.Instance(binary, { env: { memory: this.#memory } }).exports as never
  }

  /** The memory as it is now; another one after it has grown. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer as ArrayBuffer
  }

  /**
   * Makes room for so many bytes, and half as many again so that it grows seldom.
   *
   * @returns whether it grew, which makes views of the memory from before void
   */
  ensure(bytes: number): boolean {
    const held = this.buffer.byteLength
    if (bytes <= held) return false
    this.#memory.grow(Math.ceil((bytes + (bytes >> 1) - held) / page))
    return true
  }
}
