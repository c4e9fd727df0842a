import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'
import { testConsole } from '../testing/console.ts'
import { summary } from './setup-tensorflow.ts'

let cache: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'sluice-'))
  vi.stubEnv('SLUICE_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true, force: true })
})

async function called(...argv: string[]) {
  const console = testConsole({ cwd: '/nowhere' })
  return { code: await main(argv, console), out: console.out(), err: console.err() }
}

test('removing what is not there', async () => {
  expect(await called('setup', 'tensorflow', '--remove')).toEqual({
    ...{ code: 0, out: 'tensorflow: nothing to remove\n', err: '' },
  })
  expect(await called('setup', 'tensorflow', '--remove', '--json')).toEqual({
    ...{ code: 0, out: '{"removed":[]}\n', err: '' },
  })
})

test('a version that is none', async () => {
  expect(await called('setup', 'tensorflow', '--version', 'newest')).toEqual({
    ...{ code: 2, out: '', err: 'pipeline: "newest" is no version of TensorFlow; write it as 2.21.0\n' },
  })
})

test.runIf(process.platform !== 'win32')('a Python that is none', async () => {
  expect(await called('setup', 'tensorflow', '--python', '/no/python')).toEqual({
    code: 1,
    out: '',
    err: 'pipeline: tensorflow: look: /no/python is no Python with pip; install Python with pip, or uv; --python names one that is not on the path\n',
  })
})

test('what there is now', () => {
  const record = { gpu: false } as never
  const check = { version: '2.21.0', gpu: false, gflops: 400, gflopsBf16: 888 }
  expect(summary({ built: true, folder: '/cache', record, check, seconds: 20.3 })).toBe(
    [
      'tensorflow: made in 20 s, in /cache',
      'TensorFlow 2.21.0 on the CPU: 400 GFLOPS in f32, 888 in bf16',
      'use it with "backend": "tensorflow" in a recipe, or --backend tensorflow',
    ].join('\n'),
  )
  const gpu = { version: '2.21.0', gpu: true, devices: ['NVIDIA L4, 22000 MB'], gflops: 9000 }
  expect(summary({ built: false, folder: '/cache', record, check: gpu, seconds: 1 })).toBe(
    [
      'tensorflow: nothing to do, it is there, in /cache',
      'TensorFlow 2.21.0 on NVIDIA L4, 22000 MB: 9000 GFLOPS in f32',
      'use it with "backend": "tensorflow" in a recipe, or --backend tensorflow',
      'not verified on any GPU by its makers: docs/gpu.md says what to check and how to report it',
    ].join('\n'),
  )
})
