import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { tf } from '../tf.ts'
import { backendReports, chooseBackend } from './choose.ts'

const listeners = (): number => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')

describe('choosing a backend', () => {
  const before = listeners()

  it('takes the one that is asked for', async () => {
    expect((await chooseBackend('cpu')).backend).toEqual({
      name: 'cpu',
      description: 'tfjs cpu: plain JavaScript',
      threads: 1,
      precision: 'f32',
    })
    expect(tf.getBackend()).toBe('cpu')
    const { backend, reports } = await chooseBackend('wasm', { threads: 2, precision: 'bf16' })
    expect(backend).toMatchObject({ name: 'wasm', description: 'WebAssembly with SIMD', threads: 2, precision: 'f32' })
    expect(backend.instructionSet).toMatch(/^simd128/)
    expect(tf.getBackend()).toBe('wasm')
    expect(reports.map(report => report.name)).toEqual(['wasm'])
    expect((await chooseBackend('wasm', { threads: 1 })).backend.threads).toBe(1)
  })

  it('leaves no handlers of process errors behind', () => expect(listeners()).toBe(before))

  it('takes the first that is available, and says why not those before it', async () => {
    // Nothing is set up there, whatever this machine has.
    vi.stubEnv('SLUICE_CACHE', import.meta.dirname)
    const all = await backendReports()
    expect(all.map(report => report.name)).toEqual(['tensorflow', 'native', 'wasm', 'cpu'])
    const { backend, reports } = await chooseBackend('auto')
    const first = all.findIndex(report => report.available)
    expect(backend.name).toBe(all[first]!.name)
    expect(reports.map(report => report.name)).toEqual(all.slice(0, first + 1).map(report => report.name))
    expect(reports[0]).toEqual({
      name: 'tensorflow',
      available: false,
      reason: 'it is not set up',
      advice: 'run "pipeline setup tensorflow", or "pipeline setup tensorflow --gpu" for an NVIDIA GPU',
    })
    vi.unstubAllEnvs()
  })

  it('does not give wasm what would not fit in its memory', async () => {
    await expect(chooseBackend('wasm', { needBytes: 3.21e9 })).rejects.toMatchObject({
      name: 'ConfigError',
      exitCode: 2,
      message: 'the backend "wasm" cannot be used here: it holds at most 3 GB of tensors, and this needs about 3.2 GB',
      advice: 'make the model, the batch or the block size smaller, or: "auto" takes the best there is',
    })
    const reports = await backendReports({ needBytes: 3.21e9 })
    expect(reports.find(report => report.name === 'wasm')!.available).toBe(false)
  })

  it('names the nearest of the backends there are', async () => {
    await expect(chooseBackend('wsam' as never)).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'no backend is called "wsam"',
      advice: 'did you mean "wasm"?',
    })
    await expect(chooseBackend('quantum' as never)).rejects.toMatchObject({
      advice: 'known: auto, tensorflow, native, wasm, cpu',
    })
  })
})

describe('output', () => {
  let written = ''
  const spies: { mockRestore(): void }[] = []
  beforeAll(() => {
    for (const name of ['log', 'warn', 'error', 'info'] as const) {
      spies.push(
        vi.spyOn(console, name).mockImplementation((...parts) => {
          written += parts.join(' ')
        }),
      )
    }
  })
  afterAll(() => {
    for (const spy of spies) spy.mockRestore()
  })

  it('is not written by tfjs', async () => {
    for (const name of ['cpu', 'wasm'] as const) {
      await chooseBackend(name)
      tf.tidy(() => tf.add(tf.ones([2]), 1).dataSync())
    }
    expect(written).toBe('')
  })
})
