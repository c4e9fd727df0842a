/**
 * y = x · w + b, or y += x · w + b, for one vector. Eight inputs at a time: what limits plain JavaScript is how often the
 * outputs are loaded and stored, not the weights.
 *
 * @param w [I, O] row-major
 * @param x at least I; y at least O
 */
export function affine(x: Float32Array, w: Float32Array, b: Float32Array, y: Float32Array, accumulate: boolean): void {
  const outputs = b.length
  const inputs = w.length / outputs
  if (!accumulate) y.set(b)
  else for (let o = 0; o < outputs; o++) y[o]! += b[o]!
  let i = 0
  for (; i + 8 <= inputs; i += 8) {
    const [a0, a1, a2, a3] = [x[i]!, x[i + 1]!, x[i + 2]!, x[i + 3]!]
    const [a4, a5, a6, a7] = [x[i + 4]!, x[i + 5]!, x[i + 6]!, x[i + 7]!]
    const [w0, w1, w2, w3] = [i * outputs, (i + 1) * outputs, (i + 2) * outputs, (i + 3) * outputs]
    const [w4, w5, w6, w7] = [(i + 4) * outputs, (i + 5) * outputs, (i + 6) * outputs, (i + 7) * outputs]
    for (let o = 0; o < outputs; o++) {
      y[o] =
        y[o]! +
        (a0 * w[w0 + o]! + a1 * w[w1 + o]! + (a2 * w[w2 + o]! + a3 * w[w3 + o]!)) +
        (a4 * w[w4 + o]! + a5 * w[w5 + o]! + (a6 * w[w6 + o]! + a7 * w[w7 + o]!))
    }
  }
  for (; i < inputs; i++) {
    const a = x[i]!
    const from = i * outputs
    for (let o = 0; o < outputs; o++) y[o]! += a * w[from + o]!
  }
}

/**
 * y = table · x for table[V, C]: the dot product of each row with x. Four rows at a time, for each loading of x.
 *
 * @param x [C]
 * @param y [V]
 */
export function rowDots(table: Float32Array, x: Float32Array, y: Float32Array): void {
  const [rows, width] = [y.length, x.length]
  let row = 0
  for (; row + 4 <= rows; row += 4) {
    const [r0, r1, r2, r3] = [row * width, (row + 1) * width, (row + 2) * width, (row + 3) * width]
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    for (let c = 0; c < width; c++) {
      const value = x[c]!
      s0 += value * table[r0 + c]!
      s1 += value * table[r1 + c]!
      s2 += value * table[r2 + c]!
      s3 += value * table[r3 + c]!
    }
    y[row] = s0
    y[row + 1] = s1
    y[row + 2] = s2
    y[row + 3] = s3
  }
  for (; row < rows; row++) {
    let sum = 0
    for (let c = 0; c < width; c++) sum += x[c]! * table[row * width + c]!
    y[row] = sum
  }
}
