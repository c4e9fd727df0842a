import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { atomicWrite, ConfigError } from '@sluice/pipeline'
import { tensorflowFolder } from '../backends/tensorflow/cacheFolder.ts'
import { type Check, checkInstallation } from '../backends/tensorflow/check.ts'
import { readRecord, type SetupRecord } from '../backends/tensorflow/installation.ts'
import { CURRENT, layoutOf } from '../backends/tensorflow/layout.ts'
import { lockFolder } from './lock.ts'
import { makeInstallation } from './make.ts'
import { bindingFor } from './npmProject.ts'
import { DEFAULT_VERSION, type SetupOptions } from './options.ts'
import { stepError } from './step.ts'

export interface Setup {
  /** Whether anything was made; false if it was there and has only been tried. */
  readonly built: boolean
  readonly folder: string
  readonly record: SetupRecord
  readonly check: Check
  readonly seconds: number
}

/**
 * Makes the backend `tensorflow` usable: TensorFlow's libraries out of Python's wheels, tfjs-node from npm without its scripts, its
 * binding compiled against them, all in one folder that is tried and then made the one in use.
 *
 * @throws StorageError naming the step that failed, why, and what to try; ConfigError for a version that is none; StateError while
 * another process is at it
 */
export async function setupTensorflow(options: SetupOptions = {}): Promise<Setup> {
  const { version = DEFAULT_VERSION, gpu = false, force = false } = options
  const { folder: root = tensorflowFolder(), check = checkInstallation, tell } = options
  const begun = performance.now()
  const layout = layoutOf(join(root, installationName(version, gpu)))
  await mkdir(root, { recursive: true })
  const unlock = lockFolder(root)
  try {
    const there = force ? { broken: 'it is to be made again' } : readRecord(layout)
    const built = 'broken' in there || there.npm.integrity !== bindingFor(gpu).integrity
    const record = built ? await makeInstallation(layout, options) : there
    tell?.({ step: 'check', text: built ? 'loading it' : 'it is there, loading it', done: false })
    const found = await check(layout, record, true)
    if (found.failure !== undefined) {
      const advice = built ? 'docs/gpu.md says what it needs; --version takes another one' : '--force makes it again'
      throw stepError('check', `TensorFlow ${version} is there and does not work: ${found.failure}`, advice)
    }
    if (built) await atomicWrite(layout.record, `${JSON.stringify(record, null, 2)}\n`)
    await atomicWrite(join(root, CURRENT), `${JSON.stringify({ folder: basename(layout.folder) })}\n`)
    await rm(layout.downloads, { recursive: true, force: true })
    return { built, folder: layout.folder, record, check: found, seconds: (performance.now() - begun) / 1000 }
  } finally {
    unlock()
  }
}

/** The folder of an installation: '2.21.0-cpu'. */
export function installationName(version: string, gpu: boolean): string {
  if (!/^\d+\.\d+\.\d+(?:rc\d+|\.post\d+)?$/.test(version)) {
    throw new ConfigError(`"${version}" is no version of TensorFlow`, { advice: `write it as ${DEFAULT_VERSION}` })
  }
  return `${version}-${gpu ? 'gpu' : 'cpu'}`
}
