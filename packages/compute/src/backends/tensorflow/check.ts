import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJson, type SetupRecord } from './installation.ts'
import type { Layout } from './layout.ts'

/** What a process of its own found when it loaded the binding and multiplied matrices. */
export interface Check {
  /** TensorFlow's own version; absent if it does not work. */
  readonly version?: string
  readonly gpu?: boolean
  /** Names of the GPUs that TensorFlow works on. */
  readonly devices?: readonly string[]
  /** 1024 x 768 by 768 x 3072, GFLOPS; a rough figure from a few products. */
  readonly gflops?: number
  readonly gflopsBf16?: number
  /** Why it does not work. */
  readonly failure?: string
}

const PROBE = fileURLToPath(new URL('../../../tensorflow/probe.cjs', import.meta.url))

/** Limits a process that hangs, seconds. A first start on a GPU may compile kernels for minutes. */
const PATIENCE = { cpu: 60, gpu: 600 }

/**
 * Whether an installation works here. A binding that does not fit the machine may end its process (a processor without AVX, a driver
 * that faults), so it is tried in another one, once for each machine: what was found is kept and read the next time.
 */
export async function checkInstallation(layout: Layout, record: SetupRecord, again = false): Promise<Check> {
  const path = join(layout.checks, `${machine(record)}.json`)
  const known = again ? undefined : readJson<Check>(path)
  if (known) return known
  const check = await probe(layout, record.gpu)
  // Only what worked is kept: a fault may be mended without anything here being seen to change.
  if (check.failure === undefined) keep(path, layout, check)
  return check
}

/** Changes with whatever decides whether the binding works. */
function machine(record: SetupRecord): string {
  const facts = [
    record.finished,
    process.versions.modules,
    cpus()[0]?.model,
    existsSync('/dev/nvidiactl'),
    process.env.CUDA_VISIBLE_DEVICES,
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}

function keep(path: string, layout: Layout, check: Check): void {
  try {
    mkdirSync(layout.checks, { recursive: true })
    writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(check, null, 2)}\n`)
    renameSync(`${path}.${process.pid}`, path)
  } catch {
    // A cache that cannot be written to is checked every time.
  }
}

function probe(layout: Layout, gpu: boolean): Promise<Check> {
  return new Promise(resolve => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' }
    const timeout = 1000 * (gpu ? PATIENCE.gpu : PATIENCE.cpu)
    const child = spawn(process.execPath, [PROBE, layout.binding], { env, timeout, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let said = ''
    child.stdout.on('data', data => (out += data))
    child.stderr.on('data', data => (said += data))
    child.on('error', cause => resolve({ failure: `node does not start: ${cause.message}` }))
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ ...JSON.parse(out.trim().split('\n').at(-1) ?? ''), devices: devicesIn(said) })
      else resolve({ failure: failureIn(said, code, signal, timeout) })
    })
  })
}

/** TensorFlow tells the names of its GPUs only in its log. */
function devicesIn(said: string): string[] {
  return [...said.matchAll(/Created device \S*GPU:\d+ with (\d+) MB memory.*?name: ([^,\n]+)/g)].map(
    ([, megabytes, name]) => `${name}, ${megabytes} MB`,
  )
}

function failureIn(said: string, code: number | null, signal: string | null, timeout: number): string {
  // Node prints the place, an arrow and then the error itself.
  const error = /^(?:\w*Error|TypeError): (.+)$/m.exec(said)?.[1]
  if (error) return error
  const fatal = /^F\d.*?\] (.+)$/m.exec(said)?.[1]
  if (fatal) return fatal
  if (signal === 'SIGTERM') return `it gave no answer in ${timeout / 1000} s`
  return `the process that loads it ${signal ? `was ended by ${signal}` : `ended with code ${code}`}`
}
