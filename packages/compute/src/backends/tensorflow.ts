import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { tf } from '../tf.ts'
import type { BackendReport, Candidate } from './backend.ts'

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

interface Loaded {
  readonly report: BackendReport
  readonly gpu: boolean
}

let loading: Loaded | undefined

/** TensorFlow's C library through the official bindings, if the user has installed them. */
export const tensorflow: Candidate = {
  name: 'tensorflow',
  report: async () => load().report,
  passedOver: () => (load().gpu ? undefined : 'it sees no GPU; "backend": "tensorflow" takes it all the same'),
  async start() {
    const { gpu } = load()
    await tf.setBackend('tensorflow')
    return {
      name: 'tensorflow',
      description: `TensorFlow's C library on ${gpu ? 'a GPU' : 'the CPU'}`,
      // It makes its own threads, one for each core; the bindings have no way to ask or tell.
      threads: 0,
      precision: 'f32',
    }
  },
}

function load(): Loaded {
  loading ??= find()
  return loading
}

function find(): Loaded {
  // From the user's folder: the packages are the user's choice, not our dependency.
  const require = createRequire(join(process.cwd(), 'package.json'))
  const failures: string[] = []
  for (const name of PACKAGES) {
    let path: string
    try {
      path = require.resolve(name)
    } catch {
      continue
    }
    try {
      restoreUtil()
      require(path)
      const gpu = usesGpu()
      const reason = `${name} is installed and ${gpu ? 'sees a GPU' : 'runs on the CPU'}`
      return { gpu, report: { name: 'tensorflow', available: true, reason } }
    } catch (cause) {
      failures.push(`${name} does not load: ${(cause as Error).message.split('\n')[0]}`)
    }
  }
  const advice =
    'npm install @tensorflow/tfjs-node-gpu (with CUDA) or @tensorflow/tfjs-node, in the folder you run from'
  const reason = failures.join('; ') || 'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed'
  return { gpu: false, report: { name: 'tensorflow', available: false, reason, advice } }
}

function usesGpu(): boolean {
  const backend = tf.findBackend('tensorflow') as { isGPUPackage?: boolean; isUsingGpuDevice?: boolean } | null
  if (!backend) throw new Error('it registered no backend')
  return backend.isUsingGpuDevice ?? backend.isGPUPackage ?? false
}

/** tfjs-node 4.22 calls helpers of node:util that Node 23 removed. */
function restoreUtil(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
    isString: (value: unknown) => typeof value === 'string',
    isNumber: (value: unknown) => typeof value === 'number',
    isBoolean: (value: unknown) => typeof value === 'boolean',
    isFunction: (value: unknown) => typeof value === 'function',
    isObject: (value: unknown) => value !== null && typeof value === 'object',
    isUndefined: (value: unknown) => value === undefined,
    isNull: (value: unknown) => value === null,
  }
  const target = util as unknown as Record<string, unknown>
  for (const [name, helper] of Object.entries(removed)) target[name] ??= helper
}
