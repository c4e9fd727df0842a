import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { registerKernels } from '../ops/dispatch.ts'
import { tf } from '../tf.ts'
import type { BackendOptions, BackendReport, Candidate } from './backend.ts'
import { tensorflowFolder } from './tensorflow/cacheFolder.ts'
import { type Check, checkInstallation } from './tensorflow/check.ts'
import type { TensorflowBackend } from './tensorflow/engine.ts'
import { applyEnvironment } from './tensorflow/environment.ts'
import { findInstallation, type SetupRecord } from './tensorflow/installation.ts'
import { loadInstallation } from './tensorflow/load.ts'
import { loadUserPackage } from './tensorflow/userPackage.ts'

/** What was found on this machine. */
interface Seen {
  readonly report: BackendReport
  readonly gpu: boolean
  /** Absent if it cannot be used. */
  readonly load?: (options: BackendOptions) => Loaded
}

interface Loaded {
  readonly backend: TensorflowBackend
  readonly version?: string
  readonly threads: number
}

const SETUP = 'run "pipeline setup tensorflow", or "pipeline setup tensorflow --gpu" for an NVIDIA GPU'
const UNVERIFIED = 'this has not been verified on any GPU yet: docs/gpu.md says what to check and how to report it'

let seen: Seen | undefined
let loaded: Loaded | undefined

/** TensorFlow's C library through tfjs-node's binding, as `pipeline setup tensorflow` made it, or as the user installed it. */
export const tensorflow: Candidate = {
  name: 'tensorflow',
  async report() {
    // Not remembered while it is missing: it may be set up while the process runs.
    if (!seen?.load) seen = await look()
    return seen.report
  },
  passedOver: () => (seen?.gpu ? undefined : `${seen?.report.reason}; "auto" takes it only where it sees a GPU`),
  async start(options) {
    // A process loads TensorFlow once: its threads and its share of a GPU's memory are settled then.
    loaded ??= seen?.load?.(options)
    if (!loaded) throw new Error('the backend "tensorflow" is started before it is known to be there')
    const { backend, version, threads } = loaded
    const { precision = 'f32' } = options
    const gpu = backend.isUsingGpuDevice
    const { tensorflowKernels } = await import('../tensorflow/kernels.ts')
    registerKernels('tensorflow', tensorflowKernels({ binding: backend.binding, backend, gpu, precision }))
    await tf.setBackend('tensorflow')
    return {
      name: 'tensorflow',
      description: `TensorFlow${version ? ` ${version}` : "'s C library"} on ${gpu ? 'a GPU' : 'the CPU'}`,
      threads,
      precision,
    }
  },
}

async function look(): Promise<Seen> {
  const found = findInstallation(tensorflowFolder())
  if ('missing' in found) return lookBesideProject()
  if ('broken' in found) return unusable(`its installation is broken: ${found.broken}`, `${SETUP}, which mends it`)
  const { layout, record } = found
  const check = await checkInstallation(layout, record)
  if (check.failure !== undefined) {
    return unusable(`TensorFlow ${record.tensorflow} in ${layout.folder} does not work here: ${check.failure}`, SETUP)
  }
  return {
    gpu: check.gpu ?? false,
    report: { name: 'tensorflow', available: true, ...describe(record, check) },
    load(options) {
      applyEnvironment({ precision: 'f32', ...options })
      return {
        backend: loadInstallation(layout, record),
        version: record.tensorflow,
        threads: options.threads ?? availableParallelism(),
      }
    },
  }
}

function describe(
  record: SetupRecord,
  { gpu, devices = [], gflops, gflopsBf16 }: Check,
): { reason: string; advice?: string } {
  const speed = `${gflops} GFLOPS${gflopsBf16 === undefined ? '' : `, ${gflopsBf16} in bf16`}`
  if (gpu) {
    const where = devices.length > 0 ? devices.join(' and ') : 'a GPU'
    return { reason: `TensorFlow ${record.tensorflow} on ${where} (${speed})`, advice: UNVERIFIED }
  }
  const reason = `TensorFlow ${record.tensorflow} on the CPU (${speed})`
  if (record.gpu) return { reason: `${reason}: built for GPUs, it sees none`, advice: 'docs/gpu.md says what it needs' }
  return hasGpu() ? { reason, advice: 'an NVIDIA GPU is here: run "pipeline setup tensorflow --gpu"' } : { reason }
}

function hasGpu(): boolean {
  return existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
}

function lookBesideProject(): Seen {
  const found = loadUserPackage()
  if ('failures' in found) {
    return unusable(found.failures.join('; ') || 'it is not set up', SETUP)
  }
  const { name, backend } = found
  const gpu = backend.isUsingGpuDevice
  const reason = `${name} is installed and ${gpu ? 'sees a GPU' : 'runs on the CPU'}`
  return {
    gpu,
    report: { name: 'tensorflow', available: true, reason },
    // It makes its own threads, one for each core; it has no way to ask or tell.
    load: () => ({ backend, threads: 0 }),
  }
}

function unusable(reason: string, advice: string): Seen {
  return { gpu: false, report: { name: 'tensorflow', available: false, reason, advice } }
}
