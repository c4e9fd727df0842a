import { GELU_CUBE, GELU_SCALE } from '../ops/reference/gelu.ts'

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta for one vector, variance biased. */
export function layerNorm(
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  epsilon: number,
  y: Float32Array,
): void {
  const width = x.length
  let sum = 0
  for (let c = 0; c < width; c++) sum += x[c]!
  const mean = sum / width
  let squares = 0
  for (let c = 0; c < width; c++) squares += (x[c]! - mean) ** 2
  const rstd = 1 / Math.sqrt(squares / width + epsilon)
  for (let c = 0; c < width; c++) y[c] = (x[c]! - mean) * rstd * gamma[c]! + beta[c]!
}

/** GELU in its tanh form, in place. */
export function gelu(x: Float32Array): void {
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!
    x[i] = 0.5 * value * (1 + Math.tanh(GELU_SCALE * value * (1 + GELU_CUBE * value * value)))
  }
}
