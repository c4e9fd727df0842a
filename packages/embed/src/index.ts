export {
  constantPositions,
  type PositionEmbedding,
  type PositionKind,
  positionEmbedding,
  positionKinds,
} from './positions.ts'
export { sinusoidalEncoding } from './sinusoidal.ts'
export { checkTokens, tokenEmbedding } from './tokens.ts'
