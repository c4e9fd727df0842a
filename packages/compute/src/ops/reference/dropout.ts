import { philox4x32 } from '@sluice/pipeline'
import { tf } from '../../tf.ts'
import type { DropoutKernel } from '../kernels.ts'
import type { Dropout } from '../random.ts'

export const dropout: DropoutKernel = ({ x, dropout }) => tf.mul(x, dropoutMask(x.shape, dropout))

/** 1 / (1 - rate) where an element is kept, else 0. */
export function dropoutMask(shape: readonly number[], dropout: Dropout): tf.Tensor {
  return tf.tensor(dropoutFactors(tf.util.sizeFromShape([...shape]), dropout), [...shape])
}

export function dropoutFactors(size: number, { rate, random }: Dropout): Float32Array {
  const { key, nameHash, offset } = random
  const factors = new Float32Array(size)
  const scale = 1 / (1 - rate)
  // uniform = (word >>> 8) / 2^24, as RandomStream has it.
  const threshold = rate * 0x1000000
  const block = new Uint32Array(4)
  const first = Math.floor(offset / 4)
  for (let i = -(offset % 4), number = first; i < size; i += 4, number++) {
    philox4x32(number >>> 0, Math.floor(number / 0x100000000) >>> 0, nameHash[0], nameHash[1], key[0], key[1], block)
    for (let word = Math.max(0, -i); word < 4 && i + word < size; word++) {
      if (block[word]! >>> 8 >= threshold) factors[i + word] = scale
    }
  }
  return factors
}
