import type { AttentionKernel, AttentionShape } from '../../ops/kernels.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { HostValues, Programs } from '../program/programs.ts'
import type { Value } from '../program/types.ts'
import { mask, maskName, maskOperands } from './dropout.ts'

// B batch, T time, H heads, D width of a head. All of [B, H, T, T] is in exponentials e that are divided by their sums l where
// that is cheap: in [B, H, T, D].

/** What added to a score makes its exponential 0. */
const HIDDEN = -1e9

/** `saved`: q, k and v [3, B, H, T, D], e [B, H, T, T], l [B, H, T, 1], and which of e were kept, where there is dropout. */
export function attentionKernel(programs: Programs): AttentionKernel {
  const type = programs.product
  return {
    takesStarts: true,
    forward({ qkv, shape, keep }) {
      const { batch, time, heads, causal, dropout, starts } = shape
      const operands = [
        qkv,
        ...(starts ? [sequenceMask(starts, batch, time)] : []),
        ...(dropout ? maskOperands(dropout) : []),
      ]
      const name = `attention ${shapeName(shape)} ${causal} ${starts !== null} ${keep}`
      const [value, ...saved] = programs.run(name, operands, (p, qkv, ...rest) => {
        const [rows, width] = [qkv!.shape[0]!, qkv!.shape[1]! / 3]
        const apart = o.reshape(p, o.cast(p, qkv!, type), [batch, time, 3, heads, width / heads])
        const qkvHeads = o.transpose(p, apart, [2, 0, 3, 1, 4])
        const [q, k, v] = o.unpack(p, qkvHeads) as [Value, Value, Value]
        let scores = o.cast(p, o.matMul(p, scaled(p, q), k, { transposeB: true }), 'float32')
        if (causal) scores = o.add(p, scores, futureMask(p, time))
        if (starts) scores = o.add(p, scores, rest.shift()!)
        const exact = o.exp(p, o.sub(p, scores, o.max(p, scores)))
        const sums = o.sum(p, exact)
        const e = o.cast(p, exact, type)
        const kept = dropout ? mask(p, rest[0]!, rest[1]!, dropout, e.shape) : null
        const mixed = o.cast(p, o.matMul(p, kept ? o.select(p, kept, e, 0) : e, v), 'float32')
        const y = o.transpose(p, o.div(p, mixed, share(p, sums, dropout)), [0, 2, 1, 3])
        const merged = o.reshape(p, y, [rows, width])
        return keep ? [merged, qkvHeads, e, sums, ...(kept ? [kept] : [])] : [merged]
      })
      return { value: value!, saved }
    },
    backward({ dy, y, saved, shape }) {
      const { batch, time, heads, dropout } = shape
      const name = `attention backward ${shapeName(shape)}`
      const [dqkv] = programs.run(name, [dy, y, ...saved], (p, dy, y, qkvHeads, e, sums, kept) => {
        const [rows, width] = dy!.shape as [number, number]
        const [q, k, v] = o.unpack(p, qkvHeads!) as [Value, Value, Value]
        const byHeads = (x: Value) => o.reshape(p, x, [batch, time, heads, width / heads])
        const dyHeads = o.transpose(p, byHeads(dy!), [0, 2, 1, 3])
        const divided = o.cast(p, o.div(p, dyHeads, share(p, sums!, dropout)), type)
        // Σ_j p_ij dp_ij = dy_i · y_i (Dao et al. 2022, FlashAttention, appendix B), here by heads and over l.
        const dots = o.sum(p, byHeads(o.mul(p, dy!, y!)))
        const along = o.div(p, o.transpose(p, dots, [0, 2, 1, 3]), sums!)
        const dp = o.cast(p, o.matMul(p, divided, v, { transposeB: true }), 'float32')
        const ds = o.mul(p, e!, o.cast(p, o.sub(p, kept ? o.select(p, kept, dp, 0) : dp, along), type))
        const dq = o.matMul(p, ds, scaled(p, k))
        const dk = o.matMul(p, ds, scaled(p, q), { transposeA: true })
        const dv = o.matMul(p, kept ? o.select(p, kept, e!, 0) : e!, divided, { transposeA: true })
        const dqkv = o.transpose(p, o.pack(p, [dq, dk, dv]), [1, 3, 0, 2, 4])
        return [o.cast(p, o.reshape(p, dqkv, [rows, 3 * width]), 'float32')]
      })
      return dqkv!
    },
  }
}

function shapeName({ batch, time, heads, dropout }: AttentionShape): string {
  return `${batch} ${time} ${heads} ${dropout ? maskName(dropout) : ''}`
}

function scaled(p: Builder, x: Value): Value {
  return o.mul(p, x, o.cast(p, p.scalar(1 / Math.sqrt(x.shape.at(-1)!)), x.dtype))
}

/** What a row is divided by: the sum of its exponentials, and what dropout keeps of them. */
function share(p: Builder, sums: Value, dropout: AttentionShape['dropout']): Value {
  return dropout ? o.mul(p, sums, 1 - dropout.rate) : sums
}

/** [T, T]: 0 where j <= i. */
function futureMask(p: Builder, time: number): Value {
  const mask = new Float32Array(time * time)
  for (let i = 0; i < time; i++) mask.fill(HIDDEN, i * time + i + 1, (i + 1) * time)
  return p.constant(mask, [time, time])
}

/** [B, 1, T, T]: 0 where i and j are of one sequence. */
function sequenceMask(starts: Int32Array, batch: number, time: number): HostValues {
  const values = new Float32Array(batch * time * time).fill(HIDDEN)
  for (let s = 1; s < starts.length; s++) {
    const [from, end] = [starts[s - 1]!, starts[s]!]
    const first = from % time
    for (let i = from; i < end; i++) values.fill(0, i * time + first, i * time + first + end - from)
  }
  return { values, shape: [batch, 1, time, time] }
}
