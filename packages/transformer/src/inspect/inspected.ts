import { tf } from '@sluice/compute'
import type { Observer } from '../pass.ts'

/** What happened inside a model as it read a text of T tokens. Typed arrays, free of the backend. */
export interface Inspection {
  readonly time: number
  readonly layers: number
  readonly heads: number
  /** C */
  readonly width: number
  /** The stream before each layer, and after the last: layers + 1 of [T, C]. */
  readonly streams: readonly Float32Array[]
  /** Whether tokens see only themselves and what is before them. */
  readonly causal: boolean
  /** Of each layer, the probabilities with which position i of head h looks at j: [H, T, T]. Empty where not asked for. */
  readonly attention: readonly Float32Array[]
  /**
   * What the model would say if it ended after each stream (nostalgebraist 2020, "logit lens"): the final norm and the output
   * projection applied to it. Of the last stream these are the model's own scores. layers + 1 of [T, V]; empty where not asked
   * for.
   */
  readonly lens: readonly Float32Array[]
}

/** What is wanted of an inspection; what is not costs nothing. */
export interface InspectOptions {
  /** Default: true. */
  attention?: boolean | undefined
  /** `true` keeps all scores; a function reads those of each stream, which are many, until it returns. Default: true. */
  lens?: boolean | ((stream: number, scores: Float32Array) => void) | undefined
}

/** Runs a forward pass and keeps what passes. */
export function inspected(options: {
  layers: number
  heads: number
  width: number
  time: number
  causal: boolean
  wanted: InspectOptions
  forward(observe: Observer): void
  /** Final norm and output projection: [T, C] to [T, V]. */
  project(stream: tf.Tensor2D): tf.Tensor2D
}): Inspection {
  const { layers, heads, width, time, causal, forward, project } = options
  const { attention: looks = true, lens: reads = true } = options.wanted
  const streams: Float32Array[] = []
  const attention: Float32Array[] = []
  const lens: Float32Array[] = []
  tf.tidy(() => {
    forward({
      stream(_, x) {
        streams.push((x.dataSync() as Float32Array).slice())
      },
      attention(_, qkv) {
        if (!looks) return
        attention.push(probabilities(qkv.dataSync() as Float32Array, { time, heads, width, causal }))
      },
    })
  })
  if (reads) {
    const read = typeof reads === 'function' ? reads : (_: number, scores: Float32Array) => lens.push(scores.slice())
    readThrough(streams, { time, width, project, read })
  }
  return { time, layers, heads, width, causal, streams, attention, lens }
}

/** Scores held at once, bytes. */
const mostBytes = 2 ** 28

/** Projects streams together, as many as are held at once: a projection may have to turn the whole table of tokens round. */
function readThrough(
  streams: readonly Float32Array[],
  options: {
    time: number
    width: number
    project(stream: tf.Tensor2D): tf.Tensor2D
    read(stream: number, scores: Float32Array): void
  },
): void {
  const { time, width, project, read } = options
  let together = 1
  for (let from = 0; from < streams.length; ) {
    const some = streams.slice(from, from + together)
    // Not given back through `tidy`, which would look for tensors among the millions of numbers: half a minute of GPT-2 small.
    let scores = new Float32Array(0)
    tf.tidy(() => {
      const rows = new Float32Array(some.length * time * width)
      some.forEach((stream, i) => {
        rows.set(stream, i * time * width)
      })
      scores = project(tf.tensor2d(rows, [some.length * time, width])).dataSync() as Float32Array<ArrayBuffer>
    })
    const size = scores.length / some.length
    some.forEach((_, i) => {
      read(from + i, scores.subarray(i * size, (i + 1) * size))
    })
    from += some.length
    // The first tells how large they are.
    together = Math.max(1, Math.floor(mostBytes / (4 * size)))
  }
}

/** softmax(q kᵀ / sqrt(D)) of every head, [H, T, T], from [T, 3C]. */
function probabilities(
  qkv: Float32Array,
  { time, heads, width, causal }: { time: number; heads: number; width: number; causal: boolean },
): Float32Array {
  const dim = width / heads
  const out = new Float32Array(heads * time * time)
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < time; i++) {
      const row = out.subarray((head * time + i) * time, (head * time + i + 1) * time)
      const seen = causal ? i + 1 : time
      let most = Number.NEGATIVE_INFINITY
      for (let j = 0; j < seen; j++) {
        let dot = 0
        const [q, k] = [3 * i * width + head * dim, (3 * j + 1) * width + head * dim]
        for (let d = 0; d < dim; d++) dot += qkv[q + d]! * qkv[k + d]!
        row[j] = dot / Math.sqrt(dim)
        most = Math.max(most, row[j]!)
      }
      let total = 0
      for (let j = 0; j < seen; j++) {
        row[j] = Math.exp(row[j]! - most)
        total += row[j]!
      }
      for (let j = 0; j < seen; j++) row[j] = row[j]! / total
    }
  }
  return out
}
