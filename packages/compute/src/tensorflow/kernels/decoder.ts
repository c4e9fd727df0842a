import type { DecoderKernel, DecoderPart, DecoderWeights } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { HostValues, Programs } from '../program/programs.ts'
import type { DType, Value } from '../program/types.ts'
import { activate } from './activation.ts'
import { normalise } from './layerNorm.ts'
import { product } from './product.ts'

// N tokens of one run, E of them the last of their part, R rows, P positions of a row (its capacity), L layers, H heads, D width
// of a head, C = H * D.

/** Tokens that go through together: keys and values are gathered for each. */
const TOGETHER = 16
/** What added to a score makes its exponential 0. */
const HIDDEN = -1e9

interface Token {
  readonly id: number
  readonly row: number
  readonly position: number
  readonly last: boolean
}

/**
 * Keys and values of all rows are held with room for all positions, [R * H * P, D] a layer, so that one program fits every step;
 * what a token must not see is hidden from it. The weights are cast to the type of products when the decoder is opened.
 */
export function decoderKernel(programs: Programs): DecoderKernel {
  const type = programs.product
  return {
    open({ weights, shape: { heads, epsilon, rows, capacity } }) {
      const width = weights.tokens.shape[1]
      const size = width / heads
      const owned: tf.Tensor[] = []
      const factor = (tensor: tf.Tensor): tf.Tensor => {
        if (type === 'float32') return tensor
        const [made] = programs.run('decoder weight', [tensor], (p, x) => [o.cast(p, x!, type)])
        owned.push(tf.keep(made!))
        return made!
      }
      const { operands, read } = inOrder(weights, factor)
      const empty = () => {
        const operand: HostValues = {
          values: new Float32Array(rows * heads * capacity * size),
          shape: [rows * heads * capacity, size],
        }
        return tf.keep(programs.run('decoder cache', [operand], (p, x) => [o.identity(p, o.cast(p, x!, type))])[0]!)
      }
      const caches = weights.blocks.flatMap(() => [empty(), empty()])
      const replace = (at: number, made: readonly tf.Tensor[]) => {
        made.forEach((cache, i) => {
          caches[at + i]!.dispose()
          caches[at + i] = tf.keep(cache)
        })
      }

      /** Where the heads of some positions lie in a cache: [N * H, 1]. */
      const places = (at: readonly { row: number; position: number }[]): HostValues => ({
        values: Int32Array.from({ length: at.length * heads }, (_, i) => {
          const { row, position } = at[Math.floor(i / heads)]!
          return (row * heads + (i % heads)) * capacity + position
        }),
        shape: [at.length * heads, 1],
      })

      const run = (tokens: readonly Token[]): tf.Tensor | undefined => {
        const count = tokens.length
        const ends = tokens.flatMap(({ last }, i) => (last ? [i] : []))
        const hidden = new Float32Array(count * capacity)
        tokens.forEach(({ position }, i) => {
          hidden.fill(HIDDEN, i * capacity + position + 1, (i + 1) * capacity)
        })
        const numbers = (values: number[]): HostValues => ({ values: Int32Array.from(values), shape: [values.length] })
        const host = [
          numbers(tokens.map(({ id }) => id)),
          numbers(tokens.map(({ position }) => position)),
          numbers(tokens.map(({ row }) => row)),
          numbers(ends),
          places(tokens),
          { values: hidden, shape: [count, 1, 1, capacity] },
        ]
        const name = `decoder ${heads} ${epsilon} ${rows} ${ends.length > 0} ${weights.positions !== null}`
        const made = programs.run(
          name,
          [...host, ...caches, ...operands],
          (p, ids, positions, row, ends, at, mask, ...rest) => {
            const given = rest.slice(0, caches.length)
            const model = read(rest.slice(caches.length))
            const updated: Value[] = []
            const norm = (x: Value, { gamma, beta }: Pair<'gamma' | 'beta'>) => normalise(p, x, gamma, beta, epsilon).y
            const project = (x: Value, { w, b }: Pair<'w' | 'b'>) => o.biasAdd(p, product(p, x, w, type), b)
            let x = o.gather(p, model.tokens, ids!)
            if (model.positions) x = o.add(p, x, o.gather(p, model.positions, positions!))
            model.blocks.forEach((block, layer) => {
              const apart = o.reshape(p, project(norm(x, block.attentionNorm), block.qkv), [count, 3, heads, size])
              const [q, k, v] = o.unpack(p, o.transpose(p, apart, [1, 0, 2, 3])) as [Value, Value, Value]
              const [keys, values] = [k, v].map((each, i) => {
                const cache = o.withRows(p, given[2 * layer + i]!, at!, flat(p, each, type))
                updated.push(cache)
                const byRow = o.reshape(p, cache, [rows, heads, capacity, size])
                return rows === 1 && count === 1 ? byRow : o.gather(p, byRow, row!)
              }) as [Value, Value]
              const scaled = o.reshape(p, o.mul(p, q, 1 / Math.sqrt(size)), [count, heads, 1, size])
              const scores = o.add(p, product(p, scaled, keys, type, { transposeB: true }), mask!)
              const mixed = o.reshape(p, product(p, o.softmax(p, scores), values, type), [count, width])
              x = o.add(p, x, project(mixed, block.attentionOutput))
              const half = o.mul(p, project(norm(x, block.feedForwardNorm), block.feedForward), 0.5)
              x = o.add(p, x, project(activate(p, half, 'gelu_new').y, block.feedForwardOutput))
            })
            if (ends!.shape[0] === 0) return updated
            const last = norm(o.gather(p, x, ends!), model.norm)
            return [...updated, product(p, last, model.head, type, { transposeB: true })]
          },
        )
        replace(0, made.slice(0, caches.length))
        return made[caches.length]
      }

      return {
        prefillFrom: TOGETHER,
        fill({ row, layer, qkv }) {
          const at = Array.from({ length: qkv.shape[0] }, (_, position) => ({ row, position }))
          const held = caches.slice(2 * layer, 2 * layer + 2)
          const made = programs.run(`decoder fill ${heads}`, [...held, qkv, places(at)], (p, keys, values, qkv, at) => {
            const apart = o.reshape(p, qkv!, [qkv!.shape[0]!, 3, heads, size])
            const [, k, v] = o.unpack(p, o.transpose(p, apart, [1, 0, 2, 3])) as [Value, Value, Value]
            return [o.withRows(p, keys!, at!, flat(p, k, type)), o.withRows(p, values!, at!, flat(p, v, type))]
          })
          replace(2 * layer, made)
        },
        extend(parts) {
          const tokens = parts.flatMap(tokensOf)
          const logits: tf.Tensor[] = []
          for (let from = 0; from < tokens.length; from += TOGETHER) {
            const made = run(tokens.slice(from, from + TOGETHER))
            if (made) logits.push(made)
          }
          return join(logits)
        },
        dispose() {
          tf.dispose([...caches, ...owned])
          caches.length = 0
          owned.length = 0
        },
      }
    },
  }
}

type Pair<K extends string> = Readonly<Record<K, Value>>

function tokensOf({ row, start, ids }: DecoderPart): Token[] {
  return Array.from(ids, (id, i) => ({ id, row, position: start + i, last: i === ids.length - 1 }))
}

/** [N, H, D] as rows of a cache. */
function flat(p: Builder, x: Value, type: DType): Value {
  const [count, heads, size] = x.shape as [number, number, number]
  return o.cast(p, o.reshape(p, x, [count * heads, size]), type)
}

async function join(blocks: readonly tf.Tensor[]): Promise<Float32Array> {
  try {
    const arrays = await Promise.all(blocks.map(block => block.data() as Promise<Float32Array>))
    const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const array of arrays) {
      joined.set(array, at)
      at += array.length
    }
    return joined
  } finally {
    tf.dispose([...blocks])
  }
}

/** The weights as a program's operands, and what gives them back their names there. */
function inOrder(weights: DecoderWeights, factor: (tensor: tf.Tensor) => tf.Tensor) {
  const operands: tf.Tensor[] = []
  const take = (tensor: tf.Tensor) => {
    const at = operands.push(tensor) - 1
    return (values: readonly Value[]) => values[at]!
  }
  const norm = ({ gamma, beta }: DecoderWeights['norm']) => {
    const [g, b] = [take(gamma), take(beta!)]
    return (values: readonly Value[]) => ({ gamma: g(values), beta: b(values) })
  }
  const linear = ({ w, b }: DecoderWeights['blocks'][number]['qkv']) => {
    const [weight, bias] = [take(factor(w)), take(b!)]
    return (values: readonly Value[]) => ({ w: weight(values), b: bias(values) })
  }
  const tokens = take(weights.tokens)
  const positions = weights.positions && take(weights.positions)
  const blocks = weights.blocks.map(block => {
    const [attentionNorm, feedForwardNorm] = [norm(block.attentionNorm), norm(block.feedForwardNorm)]
    const [qkv, attentionOutput] = [linear(block.qkv), linear(block.attentionOutput)]
    const [feedForward, feedForwardOutput] = [linear(block.feedForward), linear(block.feedForwardOutput)]
    return (values: readonly Value[]) => ({
      attentionNorm: attentionNorm(values),
      qkv: qkv(values),
      attentionOutput: attentionOutput(values),
      feedForwardNorm: feedForwardNorm(values),
      feedForward: feedForward(values),
      feedForwardOutput: feedForwardOutput(values),
    })
  })
  const last = norm(weights.norm)
  const head = take(factor(weights.head))
  const read = (values: readonly Value[]) => ({
    tokens: tokens(values),
    positions: positions?.(values) ?? null,
    blocks: blocks.map(block => block(values)),
    norm: last(values),
    head: head(values),
  })
  return { operands, read }
}
