import { tf } from '../../tf.ts'
import type { AttentionKernel, AttentionShape } from '../kernels.ts'
import { dropoutMask } from './dropout.ts'

// B batch, T time, H heads, D width of a head.

export const attention: AttentionKernel = {
  takesStarts: true,
  forward({ qkv, shape, keep }) {
    const [q, k, v] = splitHeads(qkv, shape)
    const scores = maskedScores(q, k, shape)
    const probabilities = tf.softmax(scores)
    const y = tf.matMul(dropped(probabilities, shape), v)
    return { value: mergeHeads(y, shape), saved: keep ? [tf.reshape(tf.logSumExp(scores, -1), [-1])] : [] }
  },
  backward({ dy, qkv, saved, shape }) {
    const { batch, time, heads } = shape
    const [q, k, v] = splitHeads(qkv, shape)
    const lse = tf.reshape(saved[0]!, [batch, heads, time, 1])
    const probabilities = tf.exp(tf.sub(maskedScores(q, k, shape), lse))
    const dyHeads = tf.transpose(tf.reshape(dy, [batch, time, heads, -1]), [0, 2, 1, 3])
    const dv = tf.matMul(dropped(probabilities, shape), dyHeads, true, false)
    const dp = dropped(tf.matMul(dyHeads, v, false, true), shape)
    const along = tf.sum(tf.mul(dp, probabilities), -1, true)
    const ds = tf.mul(tf.mul(probabilities, tf.sub(dp, along)), 1 / Math.sqrt(q.shape[3]!))
    const dqkv = tf.stack([tf.matMul(ds, k), tf.matMul(ds, q, true, false), dv]) // [3, B, H, T, D]
    return tf.reshape(tf.transpose(dqkv, [1, 3, 0, 2, 4]), qkv.shape)
  },
}

/** qkv [B*T, 3*H*D] to three of [B, H, T, D]. */
function splitHeads(qkv: tf.Tensor2D, { batch, time, heads }: AttentionShape): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const apart = tf.transpose(tf.reshape(qkv, [batch, time, 3, heads, -1]), [2, 0, 3, 1, 4])
  return tf.unstack(apart) as [tf.Tensor, tf.Tensor, tf.Tensor]
}

/** [B, H, T, D] to [B*T, H*D]. */
function mergeHeads(y: tf.Tensor, { batch, time }: AttentionShape): tf.Tensor {
  return tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [batch * time, -1])
}

function maskedScores(q: tf.Tensor, k: tf.Tensor, { batch, time, causal, starts }: AttentionShape): tf.Tensor {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[3]!))
  const ahead = causal ? tf.add(scores, futureMask(time)) : scores
  return starts ? tf.add(ahead, sequenceMask(starts, batch, time)) : ahead
}

/** What added to a score makes its exponential 0. */
const HIDDEN = -1e9

/** [T, T]: 0 where j <= i. */
function futureMask(time: number): tf.Tensor {
  const mask = new Float32Array(time * time)
  for (let i = 0; i < time; i++) mask.fill(HIDDEN, i * time + i + 1, (i + 1) * time)
  return tf.tensor(mask, [time, time])
}

/** [B, 1, T, T]: 0 where i and j are of one sequence. */
function sequenceMask(starts: Int32Array, batch: number, time: number): tf.Tensor {
  const mask = new Float32Array(batch * time * time).fill(HIDDEN)
  for (let s = 1; s < starts.length; s++) {
    const [from, end] = [starts[s - 1]!, starts[s]!]
    const first = from % time
    for (let i = from; i < end; i++) mask.fill(0, i * time + first, i * time + first + end - from)
  }
  return tf.tensor(mask, [batch, 1, time, time])
}

function dropped(probabilities: tf.Tensor, { dropout }: AttentionShape): tf.Tensor {
  return dropout ? tf.mul(probabilities, dropoutMask(probabilities.shape, dropout)) : probabilities
}
