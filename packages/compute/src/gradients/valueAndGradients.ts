import { tf } from '../tf.ts'
import { type Step, stepsBetween, type TapeEngine, type TapeNode } from './tape.ts'

/** What a backend may offer for sums of gradients. */
interface Accumulator {
  /** Adds `term` to `sum` in place. False where it cannot: another tensor shares the data of `sum`. */
  accumulate?(sum: tf.Tensor, term: tf.Tensor): boolean
}

/**
 * The value of `f` and its gradients with respect to `xs`: tfjs's tape, played back by us. tf.variableGrads gives the same but
 * keeps every gradient and every saved tensor until the end of the backward pass, and adds gradients into new memory. Here a
 * gradient is gone once it has been passed on, and sums are made in place where the backend can.
 *
 * @param f gives a scalar
 * @param xs tensors or variables that `f` uses
 * @returns `gradients` in the order of `xs`, null for those that the value does not depend on
 */
export function valueAndGradients(
  f: () => tf.Scalar,
  xs: readonly tf.Tensor[],
): { value: tf.Scalar; gradients: (tf.Tensor | null)[] } {
  const engine = tf.engine() as unknown as TapeEngine
  if (engine.state.gradientDepth > 0) throw new Error('valueAndGradients: it cannot be part of another gradient')
  try {
    const value = recorded(engine, f)
    const steps = stepsBetween(engine.state.activeTape ?? [], xs, value)
    const gradients = tf.tidy(() => playBack(steps, value, xs, tf.onesLike(value)) as never) as (tf.Tensor | null)[]
    return { value, gradients }
  } finally {
    for (const node of engine.state.activeTape ?? []) tf.dispose(node.saved as tf.Tensor[])
    engine.state.activeTape = null
  }
}

/**
 * The gradients of sum(f() * dy) with respect to `xs`. Unlike `valueAndGradients` it may be called while a tape is played back:
 * what a gradient recomputes has a tape of its own.
 *
 * @returns in the order of `xs`, null for those that the value does not depend on
 */
export function pullBack(f: () => tf.Tensor, xs: readonly tf.Tensor[], dy: tf.Tensor): (tf.Tensor | null)[] {
  const engine = tf.engine() as unknown as TapeEngine
  const outer = engine.state.activeTape
  try {
    const value = recorded(engine, f)
    const steps = stepsBetween(engine.state.activeTape ?? [], xs, value)
    return tf.tidy(() => playBack(steps, value, xs, tf.clone(dy)) as never) as (tf.Tensor | null)[]
  } finally {
    for (const node of engine.state.activeTape ?? []) tf.dispose(node.saved as tf.Tensor[])
    engine.state.activeTape = outer
  }
}

function recorded<T extends tf.Tensor>(engine: TapeEngine, f: () => T): T {
  engine.startTape()
  try {
    return tf.tidy(f)
  } finally {
    engine.endTape()
  }
}

function playBack(
  steps: readonly Step[],
  value: tf.Tensor,
  xs: readonly tf.Tensor[],
  dy: tf.Tensor,
): (tf.Tensor | null)[] {
  const wanted = new Set(xs.map(x => x.id))
  const gradients = new Map<number, tf.Tensor>([[value.id, dy]])
  for (const { node, inputs } of [...steps].reverse()) {
    const dys = node.outputs.map(output => gradients.get(output.id) ?? null)
    const each = gradientsOf(node, dys)
    for (const [name, input] of inputs) {
      const made = tf.tidy(() => each[name]!())
      // A gradient that is passed on as it is must not go with the one that was given.
      const dx = dys.includes(made) || [...gradients.values()].includes(made) ? tf.clone(made) : made
      const sum = gradients.get(input.id)
      gradients.set(input.id, sum ? added(sum, dx) : dx)
    }
    for (const output of node.outputs) {
      if (wanted.has(output.id)) continue
      gradients.get(output.id)?.dispose()
      gradients.delete(output.id)
    }
    tf.dispose(node.saved as tf.Tensor[])
  }
  return xs.map(x => gradients.get(x.id) ?? null)
}

function gradientsOf(node: TapeNode, dys: (tf.Tensor | null)[]): Record<string, () => tf.Tensor> {
  if (!node.gradient) throw new Error(`valueAndGradients: ${node.kernelName} has no gradient`)
  return node.gradient(dys)
}

/** sum + term; both are used up. */
function added(sum: tf.Tensor, term: tf.Tensor): tf.Tensor {
  if ((tf.backend() as Accumulator).accumulate?.(sum, term)) {
    term.dispose()
    return sum
  }
  const total = tf.add(sum, term)
  tf.dispose([sum, term])
  return total
}
