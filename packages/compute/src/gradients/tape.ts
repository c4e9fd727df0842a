import type { tf } from '../tf.ts'

/** One operation on tfjs's tape: what tfjs-core keeps, as far as it is read here. */
export interface TapeNode {
  readonly kernelName: string
  readonly inputs: Readonly<Record<string, tf.Tensor>>
  readonly outputs: readonly tf.Tensor[]
  /** One function for each input; `dys` has null for an output that nothing depends on. */
  readonly gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>
  readonly saved?: readonly tf.Tensor[]
}

/** The parts of tfjs's engine that its own gradients use and its types hide. */
export interface TapeEngine {
  startTape(): void
  endTape(): void
  readonly state: { activeTape: TapeNode[] | null; gradientDepth: number }
}

/** A node between the variables and the loss, with those of its inputs that depend on a variable. */
export interface Step {
  readonly node: TapeNode
  readonly inputs: readonly (readonly [name: string, input: tf.Tensor])[]
}

/** The nodes that lead from `xs` to `y`, in the order of the tape. */
export function stepsBetween(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor): Step[] {
  const fromX = new Set(xs.map(x => x.id))
  const after = tape.filter(({ inputs, outputs }) => {
    if (!Object.values(inputs).some(input => fromX.has(input.id))) return false
    for (const output of outputs) fromX.add(output.id)
    return true
  })
  const toY = new Set([y.id])
  const between = after.reverse().filter(({ inputs, outputs }) => {
    if (!outputs.some(output => toY.has(output.id))) return false
    for (const input of Object.values(inputs)) toY.add(input.id)
    return true
  })
  return between
    .reverse()
    .map(node => ({ node, inputs: Object.entries(node.inputs).filter(([, input]) => fromX.has(input.id)) }))
}
