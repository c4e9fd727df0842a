import { registerKernels } from '../ops/dispatch.ts'
import { tf } from '../tf.ts'
import { typedDecoder } from '../typed/decoder.ts'
import { javaScriptEngine } from '../typed/engine.ts'
import type { Candidate } from './backend.ts'

/** tfjs's own backend in plain JavaScript: always there, never fast. */
export const cpu: Candidate = {
  name: 'cpu',
  report: async () => ({ name: 'cpu', available: true, reason: 'plain JavaScript, one thread; the slowest' }),
  async start() {
    quietCpu()
    registerKernels('cpu', { decoder: typedDecoder(javaScriptEngine) })
    await tf.setBackend('cpu')
    return { name: 'cpu', description: 'tfjs cpu: plain JavaScript', threads: 1, precision: 'f32' }
  },
}

/** tfjs advertises tfjs-node on stderr when its cpu backend is used for the first time. */
export function quietCpu(): void {
  const backend = tf.findBackend('cpu') as { firstUse?: boolean } | null
  if (backend) backend.firstUse = false
}
