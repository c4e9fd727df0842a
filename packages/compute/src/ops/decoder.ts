import { tf } from '../tf.ts'
import { checkDecoder } from './decoderShapes.ts'
import { kernel } from './dispatch.ts'
import type {
  DecoderFamily,
  DecoderPart,
  DecoderShape,
  DecoderState,
  DecoderWeights,
  LinearWeights,
  NormWeights,
} from './kernels.ts'
import { prefill } from './prefill.ts'
import { expectIds, ShapeError } from './shapes.ts'

/** Contexts of a decoder-only Transformer, held as keys and values, that tokens are added to. */
export interface Decoder {
  /** Positions that a row holds. */
  length(row?: number): number
  /**
   * Adds tokens to contexts: several rows at a time, at most one part a row. `start` below a row's length forgets what it
   * held from there on, so a row begins anew at 0.
   *
   * @returns [parts.length, V], the logits after each part's last token
   * @throws ShapeError for a row or an id that is not there, or positions that are not
   */
  extend(parts: readonly DecoderPart[]): Promise<Float32Array>
  dispose(): void
}

/** Whether the current backend has a decoder for models of this family. */
export function decoderTakes(family: DecoderFamily): boolean {
  return (kernel('decoder').families ?? ['gpt2']).includes(family)
}

/**
 * Opens a decoder with room for `shape.rows` contexts of `shape.capacity` positions. It keeps the weights as they are now:
 * changes made to the variables later are not seen. No gradient goes through it.
 *
 * @throws ShapeError when the weights do not fit each other, or are of a family that the backend has no decoder for
 */
export function openDecoder(weights: DecoderWeights, shape: DecoderShape): Decoder {
  const vocabulary = weights.tokens.shape[0]
  const { family = 'gpt2' } = weights
  if (!decoderTakes(family)) throw new ShapeError(`decoder: this backend has none for ${family}`)
  checkDecoder(weights, shape)
  const kept = snapshot(weights)
  const lengths = new Array<number>(shape.rows).fill(0)
  let state: DecoderState | undefined
  try {
    state = kernel('decoder').open({ weights: kept.weights, shape })
  } catch (error) {
    kept.dispose()
    throw error
  }

  const check = (parts: readonly DecoderPart[]): DecoderState => {
    if (!state) throw new ShapeError('decoder: it has been disposed of')
    if (parts.length === 0) throw new ShapeError('decoder: there are no tokens to add')
    const rows = new Set<number>()
    for (const { row, start, ids } of parts) {
      const held = lengths[row]
      if (held === undefined) throw new ShapeError(`decoder: there is no row ${row}, but ${shape.rows} from 0`)
      if (rows.has(row)) throw new ShapeError(`decoder: row ${row} is given twice`)
      rows.add(row)
      if (!(Number.isInteger(start) && start >= 0 && start <= held)) {
        throw new ShapeError(`decoder: row ${row} holds ${held} positions, tokens cannot start at ${start}`)
      }
      if (ids.length === 0) throw new ShapeError(`decoder: row ${row} is given no tokens`)
      if (start + ids.length > shape.capacity) {
        throw new ShapeError(`decoder: ${start + ids.length} positions exceed the room for ${shape.capacity}`)
      }
      expectIds('decoder', `ids of row ${row}`, ids, vocabulary)
    }
    return state
  }

  return {
    length: (row = 0) => lengths[row] ?? 0,
    async extend(parts) {
      const open = check(parts)
      // Should something fail half-way, the positions from `start` on are not to be relied upon.
      for (const { row, start } of parts) lengths[row] = start
      const isFirst = ({ start, ids }: DecoderPart) => start === 0 && ids.length >= open.prefillFrom
      const first = parts.filter(isFirst)
      const rest = parts.filter(part => !isFirst(part))
      // All are begun before the first is awaited: a second call cannot come in between.
      const firstRows = first.map(part => prefill(kept.weights, shape, part, open))
      const restRows = rest.length > 0 ? open.extend(rest) : new Float32Array(0)
      for (const { row, start, ids } of parts) lengths[row] = start + ids.length
      if (first.length === 0) return restRows
      const results = await Promise.all([...firstRows, restRows])
      const others = results.pop()!
      const logits = new Float32Array(parts.length * vocabulary)
      parts.forEach((part, i) => {
        const at = rest.indexOf(part)
        const row = at < 0 ? results[first.indexOf(part)]! : others.subarray(at * vocabulary, (at + 1) * vocabulary)
        logits.set(row, i * vocabulary)
      })
      return logits
    },
    dispose() {
      state?.dispose()
      if (state) kept.dispose()
      state = undefined
    },
  }
}

/** The same tensors under handles of our own: who changes a variable afterwards changes other memory. */
function snapshot(weights: DecoderWeights): { weights: DecoderWeights; dispose(): void } {
  const handles = new Map<tf.Tensor, tf.Tensor>()
  const own = <T extends tf.Tensor>(tensor: T): T => {
    const handle = handles.get(tensor) ?? tf.keep(tf.clone(tensor))
    handles.set(tensor, handle)
    return handle as T
  }
  const norm = ({ gamma, beta }: NormWeights) => ({ gamma: own(gamma), beta: beta && own(beta) })
  const linear = ({ w, b }: LinearWeights) => ({ w: own(w), b: b && own(b) })
  return {
    weights: {
      ...weights,
      tokens: own(weights.tokens),
      positions: weights.positions && own(weights.positions),
      blocks: weights.blocks.map(block => ({
        attentionNorm: norm(block.attentionNorm),
        qkv: linear(block.qkv),
        attentionOutput: linear(block.attentionOutput),
        feedForwardNorm: norm(block.feedForwardNorm),
        feedForward: linear(block.feedForward),
        feedForwardOutput: linear(block.feedForwardOutput),
      })),
      norm: norm(weights.norm),
      head: own(weights.head),
    },
    dispose: () => tf.dispose([...handles.values()]),
  }
}
