// Rounding to the nearest value of a narrower type, ties to even, as IEEE 754 has it.

/** bfloat16: the upper half of a binary32. A NaN stays one. */
export function singleToBrain(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const out = new Uint16Array(values.length)
  for (let i = 0; i < out.length; i++) {
    const all = bits[i]!
    const notNumber = (all & 0x7fffffff) > 0x7f800000
    out[i] = notNumber ? (all >>> 16) | 0x40 : (all + 0x7fff + ((all >>> 16) & 1)) >>> 16
  }
  return out
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. What is beyond 65504 becomes infinite. */
export function singleToHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const out = new Uint16Array(values.length)
  for (let i = 0; i < out.length; i++) {
    const all = bits[i]!
    const sign = (all >>> 16) & 0x8000
    const size = all & 0x7fffffff
    if (size > 0x7f800000) out[i] = sign | 0x7e00
    else if (size >= 0x47800000) out[i] = sign | 0x7c00
    else if (size >= 0x38800000) {
      // A normal number: 13 bits of the fraction go. Rounding up may carry into the exponent, and so into infinity.
      out[i] = sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
    } else {
      // In units of 2^-24, the least that is not 0. Rounded by hand: Math.round takes ties up.
      const units = Math.abs(values[i]!) * 2 ** 24
      const floor = Math.floor(units)
      const rest = units - floor
      out[i] = sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0))
    }
  }
  return out
}
