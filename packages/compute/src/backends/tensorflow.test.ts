import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tf } from '../tf.ts'

const home = process.cwd()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-'))
  process.chdir(folder)
  // Nothing is set up there, whatever this machine has.
  vi.stubEnv('SLUICE_CACHE', folder)
  vi.resetModules()
})

afterEach(() => {
  process.chdir(home)
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow')
})

/** A package in the user's folder that does what tfjs-node does when it is loaded: registers a backend. */
function install(name: string, content: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'index.js'), content)
}

const registering = (gpu: boolean): string => `
  const tf = require(${JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs'))})
  if (!require('node:util').isNullOrUndefined(null)) throw new Error('no isNullOrUndefined')
  const Cpu = tf.findBackend('cpu').constructor
  tf.registerBackend('tensorflow', () => Object.assign(new Cpu(), { isUsingGpuDevice: ${gpu}, firstUse: false }))
  if (tf.getKernelsForBackend('tensorflow').length === 0) tf.copyRegisteredKernels('cpu', 'tensorflow')
`

it('is taken first when it sees a GPU', async () => {
  install('@tensorflow/tfjs-node-gpu', registering(true))
  const { chooseBackend } = await import('./choose.ts')
  const { backend, reports } = await chooseBackend('auto')
  expect(backend).toEqual({
    name: 'tensorflow',
    description: "TensorFlow's C library on a GPU",
    threads: 0,
    precision: 'f32',
  })
  expect(reports).toEqual([
    { name: 'tensorflow', available: true, reason: '@tensorflow/tfjs-node-gpu is installed and sees a GPU' },
  ])
  expect(tf.getBackend()).toBe('tensorflow')
})

it('is passed over by auto on a CPU, and taken when asked for', async () => {
  install('@tensorflow/tfjs-node', registering(false))
  const { chooseBackend } = await import('./choose.ts')
  const { backend, reports } = await chooseBackend('auto')
  expect(backend.name).not.toBe('tensorflow')
  expect(reports[0]).toEqual({
    name: 'tensorflow',
    available: true,
    reason: '@tensorflow/tfjs-node is installed and runs on the CPU; "auto" takes it only where it sees a GPU',
  })
  expect((await chooseBackend('tensorflow')).backend.description).toBe("TensorFlow's C library on the CPU")
})

it('says why a package that is installed does not load', async () => {
  install('@tensorflow/tfjs-node', 'throw new Error("libtensorflow.so.2: not found\\nRequire stack: …")')
  const { chooseBackend } = await import('./choose.ts')
  await expect(chooseBackend('tensorflow')).rejects.toMatchObject({
    message:
      'the backend "tensorflow" cannot be used here: @tensorflow/tfjs-node does not load: libtensorflow.so.2: not found',
    advice:
      'run "pipeline setup tensorflow", or "pipeline setup tensorflow --gpu" for an NVIDIA GPU, or: "auto" takes the best there is',
  })
})

it('says that it is not set up, or what is broken, and loads nothing', async () => {
  const { backendReports } = await import('./choose.ts')
  expect((await backendReports())[0]).toEqual({
    name: 'tensorflow',
    available: false,
    reason: 'it is not set up',
    advice: 'run "pipeline setup tensorflow", or "pipeline setup tensorflow --gpu" for an NVIDIA GPU',
  })
  const place = join(folder, 'tensorflow', '2.21.0-cpu')
  mkdirSync(join(place, 'binding'), { recursive: true })
  writeFileSync(join(folder, 'tensorflow', 'current.json'), '{"folder":"2.21.0-cpu"}')
  const reason = async () => (await backendReports())[0]?.reason
  expect(await reason()).toBe(`its installation is broken: ${join(place, 'setup.json')} is missing or cannot be read`)
  writeFileSync(join(place, 'setup.json'), JSON.stringify({ version: 1, tensorflow: '2.21.0', gpu: false, files: {} }))
  writeFileSync(join(place, 'binding', 'tfjs_binding.node'), 'no module')
  expect(await reason()).toMatch(
    /^TensorFlow 2\.21\.0 in .+ does not work here: .+(?:invalid ELF|file too short|not a mach-o|not a valid)/i,
  )
})
