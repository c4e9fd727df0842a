import { tf } from '../tf.ts'

/** An operation for the tape: run forward now, backward when the tape is played back. */
interface Differentiable {
  readonly inputs: readonly tf.Tensor[]
  /** @param keep whether a backward will follow */
  forward(keep: boolean): { value: tf.Tensor; saved: readonly tf.Tensor[] }
  /** One gradient for each input, in order. */
  backward(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[]
}

/**
 * Runs `op.forward`, and puts the operation on the tape if one is being recorded.
 *
 * tfjs holds every saved tensor and every gradient of an activation until the whole backward pass is over. Here they are
 * let go as soon as nothing can ask for them again, which halves the memory of a training step.
 */
export function differentiable<T extends tf.Tensor>(op: Differentiable): T {
  const engine = tf.engine()
  if (!recording()) return tf.tidy(() => op.forward(false).value) as T
  return tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc
    const { value, saved } = op.forward(true)
    save([...saved])
    return {
      value,
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => {
        const given = [dy, ...kept]
        // What is only passed on gets a handle of its own: the one that was given is disposed.
        const grads = tf.tidy(() => op.backward(dy, kept).map(grad => (given.includes(grad) ? tf.clone(grad) : grad)))
        // At depth 0 the tape is played back once only (no gradient of a gradient).
        if (engine.state.gradientDepth === 0) {
          tf.dispose(kept)
          // A dy of this scope was made by the playback, not by the caller, and this was its only reader.
          if (dy.scopeId === engine.state.activeScope?.id) dy.dispose()
        }
        return grads
      },
    }
  })(...op.inputs) as T
}

/** Whether what is computed now goes on a gradient tape. */
export function recording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state
  return gradientDepth > 0 && kernelDepth === 0
}
