import { tf } from '@sluice/compute'
import type { RunEvent } from '@sluice/pipeline'

/**
 * Says, once, that there are more tensors before a step than after the one before it: samples, sinks or other stages keep
 * some. (A step that leaves tensors behind itself is an error of the trainer's.)
 */
export function leakWatch(stage: string, emit: (event: RunEvent) => void) {
  let expected = Number.POSITIVE_INFINITY
  let warned = false
  return {
    before(): void {
      const found = tf.memory().numTensors
      if (found <= expected || warned) return
      warned = true
      const message = `${found - expected} tensors more than after the step before: what runs between steps keeps them`
      emit({ type: 'warning', stage, message })
    },
    after(): void {
      expected = tf.memory().numTensors
    },
  }
}
