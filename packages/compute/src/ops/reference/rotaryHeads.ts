import { tf } from '../../tf.ts'
import type { RotaryHeadsKernel, RotaryShape } from '../kernels.ts'

// N rows, H heads of queries, G of keys and of values, D their width.

export const rotaryHeads: RotaryHeadsKernel = {
  forward({ x, shape }) {
    const { heads: H, groups: G, dim: D } = shape
    const rows = x.shape[0]
    const [q, k, v] = tf.split(tf.reshape(x, [rows, H + 2 * G, D]), [H, G, G], 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
    const repeat = (each: tf.Tensor) =>
      tf.reshape(tf.tile(tf.reshape(each, [rows, G, 1, D]), [1, 1, H / G, 1]), [rows, H, D])
    return tf.reshape(tf.concat([turn(q, shape, 1), repeat(turn(k, shape, 1)), repeat(v)], 1), [rows, 3 * H * D])
  },
  backward({ dy, shape }) {
    const { heads: H, groups: G, dim: D } = shape
    const rows = dy.shape[0]
    const [q, k, v] = tf.split(tf.reshape(dy, [rows, 3 * H, D]), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
    const gather = (each: tf.Tensor) => tf.sum(tf.reshape(each, [rows, G, H / G, D]), 2)
    const all = tf.concat([turn(q, shape, -1), turn(gather(k), shape, -1), gather(v)], 1)
    return tf.reshape(all, [rows, (H + 2 * G) * D])
  },
}

/** Turns [N, heads, D] by each row's angles, forwards or back. */
function turn(x: tf.Tensor, { dim, positions, cosines, sines }: RotaryShape, direction: 1 | -1): tf.Tensor {
  const half = dim / 2
  const at = tf.tensor1d(positions, 'int32')
  const angles = (table: Float32Array) =>
    tf.reshape(tf.gather(tf.tensor2d(table, [table.length / half, half]), at), [positions.length, 1, half])
  const [cosine, sine] = [angles(cosines), tf.mul(angles(sines), direction)]
  const [a, b] = tf.split(x, 2, 2) as [tf.Tensor, tf.Tensor]
  const turned = [tf.sub(tf.mul(a, cosine), tf.mul(b, sine)), tf.add(tf.mul(b, cosine), tf.mul(a, sine))]
  return tf.concat(turned, 2)
}
