/**
 * The operations once more, in double precision and plain loops, written from their definitions and sharing nothing with
 * the kernels: what every backend is tested against.
 */

/** a[N,K] · b[K,M]. */
export function matMul(a: Float64Array, b: Float64Array, n: number, k: number, m: number): Float64Array {
  const out = new Float64Array(n * m)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0
      for (let x = 0; x < k; x++) sum += a[i * k + x]! * b[x * m + j]!
      out[i * m + j] = sum
    }
  }
  return out
}

export function gelu(x: Float64Array): Float64Array {
  return x.map(value => 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))))
}

export function layerNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  width: number,
  epsilon: number,
): Float64Array {
  const out = new Float64Array(x.length)
  for (let from = 0; from < x.length; from += width) {
    const row = x.subarray(from, from + width)
    const mean = row.reduce((sum, value) => sum + value, 0) / width
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    for (let j = 0; j < width; j++) {
      out[from + j] = ((row[j]! - mean) / Math.sqrt(variance + epsilon)) * gamma[j]! + beta[j]!
    }
  }
  return out
}

/** log of the sum of exponentials. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values)
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

/**
 * @param factor what dropout multiplies the probability (b, h, i, j) by
 * @param together whether positions i and j of row b see each other
 */
export function attention(
  qkv: Float64Array,
  shape: { batch: number; time: number; heads: number; width: number; causal: boolean },
  factor: (element: number) => number = () => 1,
  together: (b: number, i: number, j: number) => boolean = () => true,
): Float64Array {
  const { batch, time, heads, width, causal } = shape
  const size = width / heads
  const out = new Float64Array(batch * time * width)
  const at = (b: number, t: number, which: number, h: number, d: number): number =>
    qkv[(b * time + t) * 3 * width + which * width + h * size + d]!
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < time; i++) {
        const scores: number[] = []
        for (let j = 0; j < (causal ? i + 1 : time); j++) {
          let dot = 0
          for (let d = 0; d < size; d++) dot += at(b, i, 0, h, d) * at(b, j, 1, h, d)
          scores.push(together(b, i, j) ? dot / Math.sqrt(size) : Number.NEGATIVE_INFINITY)
        }
        const lse = logSumExp(scores)
        scores.forEach((score, j) => {
          const p = Math.exp(score - lse) * factor(((b * heads + h) * time + i) * time + j)
          for (let d = 0; d < size; d++) out[(b * time + i) * width + h * size + d]! += p * at(b, j, 2, h, d)
        })
      }
    }
  }
  return out
}

/** Weighted mean of -log softmax(hidden · tableᵀ)[target]. */
export function crossEntropy(
  hidden: Float64Array,
  table: Float64Array,
  width: number,
  targets: Int32Array,
  weights: Float32Array,
): Float64Array {
  const vocabulary = table.length / width
  let sum = 0
  let total = 0
  targets.forEach((target, i) => {
    const logits = Array.from({ length: vocabulary }, (_, v) => {
      let dot = 0
      for (let c = 0; c < width; c++) dot += hidden[i * width + c]! * table[v * width + c]!
      return dot
    })
    sum += weights[i]! * (logSumExp(logits) - logits[target]!)
    total += weights[i]!
  })
  return Float64Array.of(total === 0 ? 0 : sum / total)
}

/** x times the probability that a normal variable is below x. */
export function geluOfNormal(x: Float64Array): Float64Array {
  return x.map(value => (value * (1 + erf(value / Math.SQRT2))) / 2)
}

/** By its series of positive terms (Abramowitz and Stegun 7.1.6). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x)
  let sum = 0
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    sum += term
    term *= (2 * x * x) / (2 * n + 1)
  }
  return sum
}

export function rmsNorm(x: Float64Array, gamma: Float64Array, width: number, epsilon: number): Float64Array {
  return x.map((value, i) => {
    const row = x.subarray(i - (i % width), i - (i % width) + width)
    const mean = row.reduce((sum, each) => sum + each * each, 0) / width
    return (value / Math.sqrt(mean + epsilon)) * gamma[i % width]!
  })
}

/** silu of the first half of each row times the second. */
export function gatedSilu(x: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: x.length / 2 }, (_, i) => {
    const at = Math.floor(i / width) * 2 * width + (i % width)
    return (x[at]! / (1 + Math.exp(-x[at]!))) * x[at + width]!
  })
}

/** Complex numbers x[j] + i x[j + D / 2] times e^(i position theta^(-2j / D)); keys and values repeated. */
export function rotaryHeads(
  x: Float64Array,
  { heads, groups, dim }: { heads: number; groups: number; dim: number },
  positions: ArrayLike<number>,
  theta: number,
): Float64Array {
  const [wide, half] = [heads + 2 * groups, dim / 2]
  const y = new Float64Array(positions.length * 3 * heads * dim)
  for (let row = 0; row < positions.length; row++) {
    for (let head = 0; head < 3 * heads; head++) {
      const [kind, which] = [Math.floor(head / heads), head % heads]
      const shared = Math.floor(which / (heads / groups))
      const from = (row * wide + (kind === 0 ? which : heads + (kind - 1) * groups + shared)) * dim
      const into = (row * 3 * heads + head) * dim
      for (let j = 0; j < half; j++) {
        const angle = kind === 2 ? 0 : positions[row]! * theta ** ((-2 * j) / dim)
        const [a, b] = [x[from + j]!, x[from + half + j]!]
        y[into + j] = a * Math.cos(angle) - b * Math.sin(angle)
        y[into + half + j] = a * Math.sin(angle) + b * Math.cos(angle)
      }
    }
  }
  return y
}
