import type { BackendName } from '@sluice/compute'

/**
 * Operations that one picture may take: a few seconds of each backend, so that no run's end waits for its report. Decided by size,
 * never by the clock: the same run has the same pictures.
 */
const operations: Readonly<Record<BackendName, number>> = { tensorflow: 4e11, native: 4e11, wasm: 4e10, cpu: 2e9 }

/** Numbers that the map of the vocabulary may be computed from, and those read to tell how weights changed. */
const mostVectors = 1e8
const mostRead = 1e9
/** Products in JavaScript that telling the heads apart may take. */
const mostProducts = 1e9

export interface ModelSize {
  readonly backend: BackendName
  /** Numbers of the model. */
  readonly parameters: number
  readonly vocabSize: number
  readonly width: number
  readonly layers: number
  readonly blockSize: number
}

/** How much of each picture a model of this size allows. */
export interface Bounds {
  /** Whether a text of so many tokens may be read through every layer. */
  reads(tokens: number): boolean
  /** Whether the vectors of the vocabulary may be laid out on a plane. */
  readonly map: boolean
  /** Snapshots that may be read whole. */
  readonly snapshots: number
  /** Tokens of held-out text on which each of so many parts may be put back; 0 where that would be too few to say anything. */
  ablated(parts: number): number
  /** Tokens of held-out text over which heads may be told apart; 0 where that would be too few. */
  readonly judged: number
}

export function boundsOf({ backend, parameters, vocabSize, width, layers, blockSize }: ModelSize): Bounds {
  const most = operations[backend]
  // Each token meets each number once, by a multiplication and an addition; the lens meets the output projection after each layer.
  const reading = 2 * (parameters + (layers + 1) * vocabSize * width)
  const judged = Math.min(
    1024,
    Math.floor(Math.min(mostProducts / (layers * blockSize * width), most / (2 * parameters))),
  )
  return {
    reads: tokens => tokens * reading <= most,
    map: vocabSize * width <= mostVectors,
    snapshots: Math.min(12, Math.floor(mostRead / parameters)),
    ablated(parts) {
      // Beside the parts, the model as it is and as it was.
      const tokens = Math.floor(most / (2 * parameters * (parts + 2)))
      return tokens < 256 ? 0 : Math.min(2048, tokens)
    },
    judged: judged < 128 ? 0 : judged,
  }
}
