export {
  constantPositions,
  type PositionEmbedding,
  type PositionKind,
  positionEmbedding,
  positionKinds,
} from './positions.ts'
export { sinusoidalEncoding } from './sinusoidal.ts'
export { tokenEmbedding } from './tokens.ts'
