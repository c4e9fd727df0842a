/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, by QL with implicit shifts (Bowdler, Martin, Reinsch and
 * Wilkinson 1968, "tql2"; Golub and Van Loan, section 8.3).
 *
 * @param diagonal [m]
 * @param beside [m - 1], what stands left and right of the diagonal
 * @returns eigenvalues by falling size; vector i is [m]
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
): { values: number[]; vectors: Float64Array[] } {
  const m = diagonal.length
  const d = Float64Array.from(diagonal)
  const e = new Float64Array(m)
  for (let i = 0; i < m - 1; i++) e[i] = beside[i]!
  // Column i of the product of all rotations is row i here: rotations touch two of them.
  const z = Array.from({ length: m }, (_, i) => {
    const row = new Float64Array(m)
    row[i] = 1
    return row
  })
  for (let low = 0; low < m; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low
      while (high < m - 1 && Math.abs(e[high]!) > Number.EPSILON * (Math.abs(d[high]!) + Math.abs(d[high + 1]!))) high++
      if (high === low) break
      if (sweep === 60) throw new RangeError('the eigenvalues do not converge: the matrix holds what is no number')
      let g = (d[low + 1]! - d[low]!) / (2 * e[low]!)
      g = d[high]! - d[low]! + e[low]! / (g + (g < 0 ? -1 : 1) * Math.hypot(g, 1))
      let [s, c, p] = [1, 1, 0]
      let i = high - 1
      for (; i >= low; i--) {
        const f = s * e[i]!
        const b = c * e[i]!
        const r = Math.hypot(f, g)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1]! -= p
          e[high] = 0
          break
        }
        s = f / r
        c = g / r
        g = d[i + 1]! - p
        const t = (d[i]! - g) * s + 2 * c * b
        p = s * t
        d[i + 1] = g + p
        g = c * t - b
        rotate(z[i]!, z[i + 1]!, c, s)
      }
      if (i >= low) continue
      d[low]! -= p
      e[low] = g
      e[high] = 0
    }
  }
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!)
  return { values: order.map(i => d[i]!), vectors: order.map(i => z[i]!) }
}

function rotate(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let k = 0; k < a.length; k++) {
    const f = b[k]!
    b[k] = s * a[k]! + c * f
    a[k] = c * a[k]! - s * f
  }
}
