import type { tf } from '../tf.ts'
import type { DecoderShape, DecoderWeights, LinearWeights, NormWeights } from './kernels.ts'
import { expectRank, expectShape, ShapeError } from './shapes.ts'

/** @throws ShapeError when the weights of a decoder do not fit each other or the shape */
export function checkDecoder(weights: DecoderWeights, shape: DecoderShape): void {
  const { tokens, positions, blocks } = weights
  const expect = (name: string, tensor: tf.Tensor, expected: number[]) => expectShape('decoder', name, tensor, expected)
  for (const name of ['heads', 'rows', 'capacity'] as const) {
    if (!(Number.isInteger(shape[name]) && shape[name] >= 1)) {
      throw new ShapeError(`decoder: ${name} must be a whole number from 1, not ${shape[name]}`)
    }
  }
  expectRank('decoder', 'tokens', tokens, 2)
  const [vocabulary, width] = tokens.shape
  if (width % shape.heads !== 0) {
    throw new ShapeError(`decoder: the width ${width} is not a multiple of ${shape.heads} heads`)
  }
  if (positions) {
    expect('positions', positions, [positions.shape[0], width])
    if (positions.shape[0] < shape.capacity) {
      throw new ShapeError(
        `decoder: positions has ${positions.shape[0]} rows, less than the room for ${shape.capacity}`,
      )
    }
  }
  const norm = (name: string, { gamma, beta }: NormWeights) => {
    expect(`${name}.gamma`, gamma, [width])
    expect(`${name}.beta`, beta, [width])
  }
  const linear = (name: string, { w, b }: LinearWeights, from: number, to: number) => {
    expect(`${name}.w`, w, [from, to])
    expect(`${name}.b`, b, [to])
  }
  const inner = blocks[0]?.feedForward.b.shape[0] ?? 1
  blocks.forEach((block, i) => {
    norm(`blocks[${i}].attentionNorm`, block.attentionNorm)
    linear(`blocks[${i}].qkv`, block.qkv, width, 3 * width)
    linear(`blocks[${i}].attentionOutput`, block.attentionOutput, width, width)
    norm(`blocks[${i}].feedForwardNorm`, block.feedForwardNorm)
    linear(`blocks[${i}].feedForward`, block.feedForward, width, inner)
    linear(`blocks[${i}].feedForwardOutput`, block.feedForwardOutput, inner, width)
  })
  norm('norm', weights.norm)
  expect('head', weights.head, [vocabulary, width])
}
