export { cosine, type Neighbor, nearestRows, norm, similarities } from './inspect/neighbors.ts'
export {
  type PositionSimilarity,
  rotaryFrequencies,
  rotarySimilarity,
  tableSimilarity,
} from './inspect/position-similarity.ts'
export {
  explainedBy,
  type PrincipalAxes,
  type PrincipalOptions,
  principalAxes,
  projected,
} from './inspect/principal.ts'
export { rowOf, rowsOf, type VectorTable } from './inspect/table.ts'
export {
  constantPositions,
  type PositionEmbedding,
  type PositionKind,
  positionEmbedding,
  positionKinds,
} from './positions.ts'
export { sinusoidalEncoding } from './sinusoidal.ts'
export { checkTokens, tokenEmbedding } from './tokens.ts'
