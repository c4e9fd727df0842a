/**
 * Values and gradients in double precision and plain loops, from the definitions. Independent of the kernels and of their way
 * of computing.
 */
export interface Linear {
  y: Float64Array
  dx: Float64Array
  dw: Float64Array
  db: Float64Array
}

export function geluWithSlope(x: number): [number, number] {
  const c = Math.sqrt(2 / Math.PI)
  const t = Math.tanh(c * (x + 0.044715 * x ** 3))
  return [0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)]
}

export function linear(
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | null,
  dy: Float32Array,
  [rows, inner, outer]: readonly [number, number, number],
  gelu: boolean,
): Linear {
  const y = new Float64Array(rows * outer)
  const dz = new Float64Array(rows * outer)
  const dx = new Float64Array(rows * inner)
  const dw = new Float64Array(inner * outer)
  const db = new Float64Array(outer)
  for (let i = 0; i < rows; i++) {
    for (let o = 0; o < outer; o++) {
      let z = b ? b[o]! : 0
      for (let k = 0; k < inner; k++) z += x[i * inner + k]! * w[k * outer + o]!
      const [value, slope] = gelu ? geluWithSlope(z) : [z, 1]
      const at = i * outer + o
      y[at] = value
      dz[at] = dy[at]! * slope
      db[o]! += dz[at]!
      for (let k = 0; k < inner; k++) {
        dx[i * inner + k]! += dz[at]! * w[k * outer + o]!
        dw[k * outer + o]! += x[i * inner + k]! * dz[at]!
      }
    }
  }
  return { y, dx, dw, db }
}

export interface AttentionCase {
  readonly batch: number
  readonly time: number
  readonly heads: number
  readonly dim: number
  readonly causal: boolean
}

/** @param factor what dropout multiplies probability ((b * heads + h) * time + i) * time + j by */
export function attention(
  qkv: Float32Array,
  dy: Float32Array,
  { batch, time, heads, dim, causal }: AttentionCase,
  factor: (element: number) => number,
): { y: Float64Array; lse: Float64Array; dqkv: Float64Array } {
  const width = heads * dim
  const y = new Float64Array(batch * time * width)
  const dqkv = new Float64Array(qkv.length)
  const lse = new Float64Array(batch * heads * time)
  const scale = 1 / Math.sqrt(dim)
  for (let pair = 0; pair < batch * heads; pair++) {
    const [b, h] = [Math.floor(pair / heads), pair % heads]
    const at = (t: number, which: number, d: number): number => (b * time + t) * 3 * width + which * width + h * dim + d
    const out = (t: number, d: number): number => (b * time + t) * width + h * dim + d
    for (let i = 0; i < time; i++) {
      const seen = causal ? i + 1 : time
      const scores = Array.from({ length: seen }, (_, j) => {
        let dot = 0
        for (let d = 0; d < dim; d++) dot += qkv[at(i, 0, d)]! * qkv[at(j, 1, d)]!
        return dot * scale
      })
      const top = Math.max(...scores)
      const log = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0))
      lse[pair * time + i] = log
      const p = scores.map(score => Math.exp(score - log))
      const dp = p.map((_, j) => {
        let dot = 0
        for (let d = 0; d < dim; d++) dot += dy[out(i, d)]! * qkv[at(j, 2, d)]!
        return dot * factor((pair * time + i) * time + j)
      })
      const along = dp.reduce((sum, value, j) => sum + value * p[j]!, 0)
      for (let j = 0; j < seen; j++) {
        const dropped = p[j]! * factor((pair * time + i) * time + j)
        const ds = p[j]! * (dp[j]! - along) * scale
        for (let d = 0; d < dim; d++) {
          y[out(i, d)]! += dropped * qkv[at(j, 2, d)]!
          dqkv[at(j, 2, d)]! += dropped * dy[out(i, d)]!
          dqkv[at(i, 0, d)]! += ds * qkv[at(j, 1, d)]!
          dqkv[at(j, 1, d)]! += ds * qkv[at(i, 0, d)]!
        }
      }
    }
  }
  return { y, lse, dqkv }
}

export function crossEntropy(
  hidden: Float32Array,
  table: Float32Array,
  targets: Int32Array,
  weights: Float32Array | null,
  [rows, width, vocab]: readonly [number, number, number],
): { loss: number; dhidden: Float64Array; dtable: Float64Array } {
  const dhidden = new Float64Array(rows * width)
  const dtable = new Float64Array(vocab * width)
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows
  let loss = 0
  for (let i = 0; i < rows; i++) {
    const share = total === 0 ? 0 : (weights?.[i] ?? 1) / total
    const logits = Float64Array.from({ length: vocab }, (_, v) => {
      let dot = 0
      for (let c = 0; c < width; c++) dot += hidden[i * width + c]! * table[v * width + c]!
      return dot
    })
    const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const lse = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
    loss += share * (lse - logits[targets[i]!]!)
    for (let v = 0; v < vocab; v++) {
      const d = (Math.exp(logits[v]! - lse) - (v === targets[i] ? 1 : 0)) * share
      for (let c = 0; c < width; c++) {
        dhidden[i * width + c]! += d * table[v * width + c]!
        dtable[v * width + c]! += d * hidden[i * width + c]!
      }
    }
  }
  return { loss, dhidden, dtable }
}

export function layerNorm(
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  dy: Float32Array,
  [rows, width]: readonly [number, number],
  epsilon: number,
): { y: Float64Array; dx: Float64Array; dgamma: Float64Array; dbeta: Float64Array } {
  const y = new Float64Array(x.length)
  const dx = new Float64Array(x.length)
  const dgamma = new Float64Array(width)
  const dbeta = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    const row = Float64Array.from(x.subarray(i * width, (i + 1) * width))
    const mean = row.reduce((sum, value) => sum + value, 0) / width
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    const rstd = 1 / Math.sqrt(variance + epsilon)
    const normal = row.map(value => (value - mean) * rstd)
    const g = normal.map((_, j) => dy[i * width + j]! * gamma[j]!)
    const plain = g.reduce((sum, value) => sum + value, 0) / width
    const along = g.reduce((sum, value, j) => sum + value * normal[j]!, 0) / width
    for (let j = 0; j < width; j++) {
      y[i * width + j] = normal[j]! * gamma[j]! + beta[j]!
      dx[i * width + j] = rstd * (g[j]! - plain - normal[j]! * along)
      dgamma[j]! += dy[i * width + j]! * normal[j]!
      dbeta[j]! += dy[i * width + j]!
    }
  }
  return { y, dx, dgamma, dbeta }
}

/** op(a)[m, k] · op(b)[k, n] for one matrix each. */
export function matMul(
  a: Float32Array,
  b: Float32Array,
  [m, n, k]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    let sum = 0
    for (let x = 0; x < k; x++) {
      sum += a[transposeA ? x * m + i : i * k + x]! * b[transposeB ? j * k + x : x * n + j]!
    }
    return sum
  })
}
