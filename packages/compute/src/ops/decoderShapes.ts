import type { tf } from '../tf.ts'
import type { DecoderShape, DecoderWeights, LinearWeights, NormWeights } from './kernels.ts'
import { expectRank, expectShape, ShapeError } from './shapes.ts'

/** @throws ShapeError when the weights of a decoder do not fit each other or the shape */
export function checkDecoder(weights: DecoderWeights, shape: DecoderShape): void {
  const { tokens, positions, blocks, rotary, family = 'gpt2' } = weights
  const { heads, keyHeads = heads } = shape
  const llama = family === 'llama'
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
  if (!(Number.isInteger(keyHeads) && keyHeads >= 1 && heads % keyHeads === 0 && (llama || keyHeads === heads))) {
    throw new ShapeError(`decoder: ${heads} heads cannot share the keys of ${keyHeads}`)
  }
  if (llama) {
    const half = width / heads / 2
    for (const [name, table] of Object.entries(rotary ?? { cosines: [], sines: [] })) {
      if (Number.isInteger(half) && table.length >= shape.capacity * half) continue
      throw new ShapeError(`decoder: ${table.length} ${name} are too few for ${shape.capacity} positions of ${half}`)
    }
  }
  if (positions) {
    expect('positions', positions, [positions.shape[0], width])
    if (positions.shape[0] < shape.capacity) {
      throw new ShapeError(
        `decoder: positions has ${positions.shape[0]} rows, less than the room for ${shape.capacity}`,
      )
    }
  }
  /** Whether it is not there, as it must be in Llama and in it alone. */
  const absent = (name: string, tensor: tf.Tensor | null): tensor is null => {
    if (llama !== (tensor === null)) throw new ShapeError(`decoder: ${name} must ${llama ? 'not ' : ''}be given`)
    return tensor === null
  }
  const norm = (name: string, { gamma, beta }: NormWeights) => {
    expect(`${name}.gamma`, gamma, [width])
    if (absent(`${name}.beta`, beta)) return
    expect(`${name}.beta`, beta, [width])
  }
  const linear = (name: string, { w, b }: LinearWeights, from: number, to: number) => {
    expect(`${name}.w`, w, [from, to])
    if (absent(`${name}.b`, b)) return
    expect(`${name}.b`, b, [to])
  }
  const inner = blocks[0]?.feedForwardOutput.w.shape[0] ?? 1
  blocks.forEach((block, i) => {
    norm(`blocks[${i}].attentionNorm`, block.attentionNorm)
    linear(`blocks[${i}].qkv`, block.qkv, width, width + (2 * keyHeads * width) / heads)
    linear(`blocks[${i}].attentionOutput`, block.attentionOutput, width, width)
    norm(`blocks[${i}].feedForwardNorm`, block.feedForwardNorm)
    linear(`blocks[${i}].feedForward`, block.feedForward, width, llama ? 2 * inner : inner)
    linear(`blocks[${i}].feedForwardOutput`, block.feedForwardOutput, inner, width)
  })
  norm('norm', weights.norm)
  expect('head', weights.head, [vocabulary, width])
}
