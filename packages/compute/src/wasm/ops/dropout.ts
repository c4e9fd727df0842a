import type { DropoutKernel } from '../../ops/kernels.ts'
import type { Dropout } from '../../ops/random.ts'
import type { Heap } from '../engine/heap.ts'
import { CHUNK } from '../kernels/elementwise.ts'
import { dropoutForward, factorBytes } from '../kernels/philox.ts'

export function dropoutKernel(heap: Heap): DropoutKernel {
  return ({ x, dropout }) => {
    const y = heap.output(x.shape)
    heap.pool.run(
      dropoutForward,
      { x: heap.address(x), y: heap.address(y), count: x.size, ...dropoutValues(dropout) },
      Math.ceil(x.size / CHUNK),
      factorBytes(CHUNK),
    )
    return y
  }
}

/** A dropout as the kernels are given it. */
export function dropoutValues({ rate, random }: Dropout) {
  return {
    // A number of 24 bits is kept iff it is at least rate * 2^24.
    threshold: Math.ceil(rate * 0x1000000),
    keepScale: 1 / (1 - rate),
    key0: random.key[0],
    key1: random.key[1],
    name0: random.nameHash[0],
    name1: random.nameHash[1],
    offset: random.offset,
  }
}
