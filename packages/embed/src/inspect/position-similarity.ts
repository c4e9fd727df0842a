import { similarities } from './neighbors.ts'
import type { VectorTable } from './table.ts'

/** How alike positions are: each with each, and on average by how far they are apart. */
export interface PositionSimilarity {
  /** [positions, positions] */
  readonly similarity: Float32Array
  /** [positions]: mean of all pairs that are d apart; the first is 1. */
  readonly byDistance: Float32Array
}

/** Cosines of a table of positions, [positions, C]: learned ones, or the sinusoidal encoding. */
export function tableSimilarity(table: VectorTable): PositionSimilarity {
  const similarity = similarities(table)
  return { similarity, byDistance: meanByDistance(similarity) }
}

/**
 * The same of rotary positions (Su et al. 2021, "RoFormer"), which turn each pair of a query's and a key's channels by position
 * times a frequency: what is left of the product of two that are alike, turned to two positions, is the mean cosine of the angle
 * between, and depends on their distance only.
 *
 * @param positions where they stand
 * @param options.dim channels of a head
 * @param options.theta base of the frequencies, theta^(-2i / dim)
 */
export function rotarySimilarity(
  positions: ArrayLike<number>,
  { dim, theta }: { dim: number; theta: number },
): PositionSimilarity {
  const count = positions.length
  const frequencies = rotaryFrequencies(dim, theta)
  const at = (distance: number) =>
    frequencies.reduce((sum, frequency) => sum + Math.cos(distance * frequency), 0) / frequencies.length
  const similarity = new Float32Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const value = at(positions[i]! - positions[j]!)
      similarity[i * count + j] = value
      similarity[j * count + i] = value
    }
  }
  return { similarity, byDistance: meanByDistance(similarity) }
}

/** theta^(-2i / dim) for each pair of channels: by how much, in radians, one position turns it. */
export function rotaryFrequencies(dim: number, theta: number): Float64Array {
  return Float64Array.from({ length: dim / 2 }, (_, pair) => theta ** ((-2 * pair) / dim))
}

function meanByDistance(similarity: Float32Array): Float32Array {
  const count = Math.sqrt(similarity.length)
  return Float32Array.from({ length: count }, (_, distance) => {
    let sum = 0
    for (let i = 0; i + distance < count; i++) sum += similarity[i * count + i + distance]!
    return sum / (count - distance)
  })
}
