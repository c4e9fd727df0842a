import { philox4x32 } from '@sluice/pipeline'
import { Kernels } from '@sluice/wasm'
import { addMinima, functionsAtOnce } from './minima.ts'

/**
 * MinHash (Broder 1997): of each of many hash functions the smallest value over the runs of a text, so that two texts agree in as
 * large a share of them as they share of their runs. The functions are multiply-shift (Dietzfelbinger et al. 1997), 32 bits.
 */
export class Signature {
  /** Minima, as signed numbers are ordered. */
  readonly values: Uint32Array
  readonly #kernels = new Kernels<'minima'>(addMinima)
  /** As the kernel wants them: factors, summands, minima, each filled up to what is worked out at once; and then the runs. */
  readonly #functions: number
  #memory: Int32Array

  constructor(hashes: number, seed: number) {
    this.values = new Uint32Array(hashes)
    this.#functions = Math.ceil(hashes / functionsAtOnce) * functionsAtOnce
    this.#kernels.ensure(12 * this.#functions)
    this.#memory = new Int32Array(this.#kernels.buffer)
    const random = new Uint32Array(4)
    for (let i = 0; i < hashes; i++) {
      philox4x32(i, 0, 0, 0, seed >>> 0, 0x6d696e68, random)
      this.#memory[i] = random[0]! | 1
      this.#memory[this.#functions + i] = random[1]! | 0
    }
  }

  read(hashes: Int32Array, count: number): void {
    this.begin()
    this.add(hashes, 0, count)
  }

  /** Of no run. */
  begin(): void {
    this.values.fill(0x7fffffff)
  }

  /** Further runs of the text. */
  add(hashes: Int32Array, from: number, to: number): void {
    const functions = this.#functions
    const runs = 3 * functions
    const end = runs + to - from
    if (this.#kernels.ensure(4 * end)) this.#memory = new Int32Array(this.#kernels.buffer)
    const memory = this.#memory
    memory.set(hashes.subarray(from, to), runs)
    this.#kernels.call.minima(4 * functions, 4 * runs, 4 * end)
    const { values } = this
    for (let i = 0; i < values.length; i++) {
      const minimum = memory[2 * functions + i]!
      if (minimum < (values[i]! | 0)) values[i] = minimum
    }
  }
}
