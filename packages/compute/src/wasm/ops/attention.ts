import type { AttentionKernel, AttentionShape } from '../../ops/kernels.ts'
import type { tf } from '../../tf.ts'
import type { Heap } from '../engine/heap.ts'
import { attentionBackward, attentionForward, attentionScratch } from '../kernels/attention.ts'
import { STATS_BYTES } from '../kernels/softmax.ts'
import { dropoutValues } from './dropout.ts'

/** `saved`: of each row's softmax the maximum and the sum. */
export function attentionKernel(heap: Heap): AttentionKernel {
  const values = (qkv: tf.Tensor, y: tf.Tensor, stats: tf.Tensor, shape: AttentionShape) => {
    const { time, heads, causal, dropout, starts } = shape
    const size = y.shape[1]! / heads
    return {
      qkv: heap.address(qkv),
      y: heap.address(y),
      stats: heap.address(stats),
      time,
      heads,
      size,
      causal: causal ? 1 : 0,
      scale: 1 / Math.sqrt(size),
      dropping: dropout ? 1 : 0,
      starts: starts ? heap.address(heap.place(starts)) : 0,
      ...dropoutValues(dropout ?? NO_DROPOUT),
    }
  }
  return {
    takesStarts: true,
    forward({ qkv, shape, keep }) {
      const { batch, time, heads } = shape
      const y = heap.output<tf.Tensor2D>([batch * time, qkv.shape[1] / 3])
      const stats = heap.output([batch * heads * time, STATS_BYTES / 4])
      heap.pool.run(attentionForward, values(qkv, y, stats, shape), sequences(shape) * heads, attentionScratch(time))
      return { value: y, saved: keep ? [stats] : [] }
    },
    backward({ dy, qkv, y, saved: [stats], shape }) {
      const dqkv = heap.output(qkv.shape)
      heap.pool.run(
        attentionBackward,
        { dy: heap.address(dy), dqkv: heap.address(dqkv), ...values(qkv, y, stats!, shape) },
        sequences(shape) * shape.heads,
        attentionScratch(shape.time),
      )
      return dqkv
    },
  }
}

const NO_DROPOUT = { rate: 0, random: { key: [0, 0], nameHash: [0, 0], offset: 0 } } as const

const sequences = ({ batch, starts }: AttentionShape): number => (starts ? starts.length - 1 : batch)
