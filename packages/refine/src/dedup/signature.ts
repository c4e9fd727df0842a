import { philox4x32 } from '@sluice/pipeline'

/**
 * MinHash (Broder 1997): of each of many hash functions the smallest value over the runs of a text, so that two texts agree in as
 * large a share of them as they share of their runs. The functions are multiply-shift (Dietzfelbinger et al. 1997), 32 bits.
 */
export class Signature {
  readonly values: Uint32Array
  readonly #factors: Int32Array
  readonly #summands: Int32Array

  constructor(hashes: number, seed: number) {
    this.values = new Uint32Array(hashes)
    this.#factors = new Int32Array(hashes)
    this.#summands = new Int32Array(hashes)
    const random = new Uint32Array(4)
    for (let i = 0; i < hashes; i++) {
      philox4x32(i, 0, 0, 0, seed >>> 0, 0x6d696e68, random)
      this.#factors[i] = random[0]! | 1
      this.#summands[i] = random[1]! | 0
    }
  }

  /** Four functions at a time, so that each run is read once for four; signed minima, for they cost no conversion. */
  read(hashes: Int32Array, count: number): void {
    const { values } = this
    const factors = this.#factors
    const summands = this.#summands
    for (let k = 0; k < values.length; k += 4) {
      const [f0, f1, f2, f3] = [factors[k]!, factors[k + 1] ?? 1, factors[k + 2] ?? 1, factors[k + 3] ?? 1]
      const [s0, s1, s2, s3] = [summands[k]!, summands[k + 1] ?? 0, summands[k + 2] ?? 0, summands[k + 3] ?? 0]
      let m0 = 0x7fffffff
      let m1 = 0x7fffffff
      let m2 = 0x7fffffff
      let m3 = 0x7fffffff
      for (let i = 0; i < count; i++) {
        const hash = hashes[i]!
        const v0 = (Math.imul(hash, f0) + s0) | 0
        const v1 = (Math.imul(hash, f1) + s1) | 0
        const v2 = (Math.imul(hash, f2) + s2) | 0
        const v3 = (Math.imul(hash, f3) + s3) | 0
        if (v0 < m0) m0 = v0
        if (v1 < m1) m1 = v1
        if (v2 < m2) m2 = v2
        if (v3 < m3) m3 = v3
      }
      values[k] = m0
      if (k + 1 < values.length) values[k + 1] = m1
      if (k + 2 < values.length) values[k + 2] = m2
      if (k + 3 < values.length) values[k + 3] = m3
    }
  }
}
