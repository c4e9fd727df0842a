import type { DecoderKernel, DecoderPart, DecoderWeights } from '../../ops/kernels.ts'
import { tf } from '../../tf.ts'
import type { NativeBackend } from '../backend.ts'
import type { DecoderAddon, DecoderSizes } from '../decoderAddon.ts'

/**
 * A whole step in one call of the addon. The weights are packed at the first step, in bfloat16 where products are made in it,
 * and kept so until the decoder is disposed of; the products of a step are float32 times these.
 */
export function decoderKernel(backend: NativeBackend): DecoderKernel {
  const { profile } = backend
  const addon = backend.addon as typeof backend.addon & DecoderAddon
  return {
    families: ['gpt2', 'llama'],
    open({ weights, shape: { heads, keyHeads = heads, epsilon, rows, capacity } }) {
      const [vocabulary, width] = weights.tokens.shape
      const layers = weights.blocks.length
      const inner = weights.blocks[0]?.feedForwardOutput.w.shape[0] ?? 1
      const llama = weights.family === 'llama'
      const sizes: DecoderSizes = [llama, layers, width, heads, keyHeads, inner, vocabulary, rows, capacity]
      // The products' precision may be set anew while this one is open.
      const { bf16 } = backend
      const kept = (length: number) => tf.keep(backend.tensor([length], backend.floats(length)))
      const cache = kept(2 * layers * rows * capacity * keyHeads * (width / heads))
      let packed: tf.Tensor | undefined
      const pack = (): tf.Tensor => {
        const room = kept(addon.decoderLength(bf16, ...sizes))
        const arrays = inOrder(weights).map(tensor => backend.floatsOf(tensor))
        profile.run('decoder pack', 0, backend.floatsOf(room).byteLength, () =>
          addon.decoderPack(bf16, arrays, backend.floatsOf(room), ...sizes),
        )
        return room
      }
      return {
        prefillFrom,
        fill({ row, layer, qkv }) {
          addon.decoderFill(backend.floatsOf(qkv), backend.floatsOf(cache), layer, row, qkv.shape[0], ...sizes)
        },
        extend(parts) {
          packed ??= pack()
          const values = backend.floatsOf(packed)
          const { ids, tokenRows, places, last } = flat(parts)
          const logits = new Float32Array(parts.length * vocabulary)
          profile.run('decoder step', 2 * ids.length * values.length * (bf16 ? 2 : 1), values.byteLength, () =>
            addon.decoderStep(
              bf16,
              values,
              backend.floatsOf(weights.tokens),
              weights.positions && backend.floatsOf(weights.positions),
              weights.rotary?.cosines ?? null,
              weights.rotary?.sines ?? null,
              backend.floatsOf(cache),
              ids,
              tokenRows,
              places,
              last,
              logits,
              ids.length,
              parts.length,
              epsilon,
              ...sizes,
            ),
          )
          return logits
        },
        dispose: () => tf.dispose(packed ? [cache, packed] : cache),
      }
    },
  }
}

/** From so many tokens on, operations made for many tokens are faster, although they pack the weights at every call. */
const prefillFrom = 96

/** The weights in the order of the addon's list; those that a family does not have are left out. */
function inOrder({ blocks, norm, head }: DecoderWeights): tf.Tensor[] {
  const ofBlocks = blocks.flatMap(block =>
    [
      block.attentionNorm,
      block.qkv,
      block.attentionOutput,
      block.feedForwardNorm,
      block.feedForward,
      block.feedForwardOutput,
    ].flatMap(each => ('w' in each ? [each.w, each.b] : [each.gamma, each.beta])),
  )
  return [...ofBlocks, norm.gamma, norm.beta, head].filter(tensor => tensor !== null)
}

/** All parts' tokens one after the other. */
function flat(parts: readonly DecoderPart[]) {
  const count = parts.reduce((sum, { ids }) => sum + ids.length, 0)
  const [ids, tokenRows, places] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)]
  const last = new Int32Array(parts.length)
  let at = 0
  parts.forEach((part, i) => {
    part.ids.forEach((id, j) => {
      ids[at] = id
      tokenRows[at] = part.row
      places[at++] = part.start + j
    })
    last[i] = at - 1
  })
  return { ids, tokenRows, places, last }
}
