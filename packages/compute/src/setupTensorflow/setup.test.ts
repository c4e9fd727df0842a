import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeLock } from '@sluice/pipeline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findInstallation } from '../backends/tensorflow/installation.ts'
import type { SetupOptions } from './options.ts'
import type { Ended } from './program.ts'
import { removeTensorflow } from './remove.ts'
import { setupTensorflow } from './setup.ts'
import type { StepReport } from './step.ts'
import { type Fakes, FILE, fakePrograms, sha256 } from './testing/programs.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const works = async () => ({ version: '2.21.0', gpu: false, gflops: 100 })
const setup = ({ run }: Fakes, options: SetupOptions = {}) =>
  setupTensorflow({
    ...{ folder: root, run, env: {}, machine: 'linux-x64', check: works, freeBytes: async () => 7e10 },
    ...options,
  })
const failed = (stderr: string): Ended => ({ code: 1, stdout: '', stderr })
const said = (fakes: Fakes, options: SetupOptions = {}) =>
  setup(fakes, options).then(
    () => 'no error',
    error => String(error).replaceAll(root, '<cache>').replaceAll('\\', '/'),
  )
const steps = [
  'python3 --version',
  'npm --version',
  'c++ --version',
  'python3 install',
  'python3 download',
  'npm install',
]

test('every step, told; then it is there, with a record of what it is', async () => {
  const fakes = fakePrograms()
  const told: StepReport[] = []
  const done = await setup(fakes, { tell: report => told.push(report) })
  expect(fakes.calls).toEqual([...steps, 'c++ compile', 'c++ compile'])
  expect(told.filter(report => report.done).map(({ step, text }) => `${step}: ${text}`)).toEqual([
    'look: pip 25.0 of python3, npm 11.0.0, g++ 12.2.0; 70.0 GB free',
    'resolve: tensorflow_cpu 2.21.0',
    'download: one wheel, 0.0 GB, hashes right',
    'unpack: 0.0 GB of libraries',
    'npm: @tensorflow/tfjs-node 4.22.0, hash right',
    'build: the binding, with g++ 12.2.0',
  ])
  expect(done).toMatchObject({ built: true, check: { gflops: 100 } })
  expect(done.record).toMatchObject({
    tensorflow: '2.21.0',
    gpu: false,
    wheels: [{ name: 'tensorflow_cpu', version: '2.21.0', file: FILE, sha256 }],
    compiler: 'g++ 12.2.0',
  })
  expect(Object.keys(done.record.files)).toHaveLength(4)
  const found = findInstallation(root)
  expect(found).toMatchObject({ record: done.record })
  const site = join(root, '2.21.0-cpu', 'site')
  expect(readFileSync(join(site, 'tensorflow', 'libtensorflow_cc.so.2'), 'utf8')).toBe('the library')
  expect(readdirSync(join(site, 'tensorflow')).sort()).toEqual([
    'include',
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ])
  expect(existsSync(join(site, 'tensorflow', 'include', 'external'))).toBe(false)
  expect(readdirSync(root).sort()).toEqual(['2.21.0-cpu', 'current.json'])
  expect(existsSync(join(root, '2.21.0-cpu', 'downloads'))).toBe(false)
})

test('a second time: nothing is run but the check; with force everything', async () => {
  await setup(fakePrograms())
  const again = fakePrograms()
  expect(await setup(again)).toMatchObject({ built: false })
  expect(again.calls).toEqual([])
  expect(await setup(again, { force: true })).toMatchObject({ built: true })
  expect(again.calls).toHaveLength(8)
})

test('after a failure: what was done is used again', async () => {
  const broken = fakePrograms({ 'c++ compile': failed('x.cc:3:5: error: no such thing\n') })
  expect(await said(broken)).toBe(
    'tensorflow: build: the binding does not compile: x.cc:3:5: error: no such thing; it needs C++17: g++ 9 or clang 9; CXX names another compiler',
  )
  expect('missing' in findInstallation(root)).toBe(true)
  const mended = fakePrograms()
  await setup(mended)
  expect(mended.calls).toEqual([...steps.slice(0, 4), 'c++ compile', 'c++ compile'])
})

test('a wheel that was cut short is fetched again', async () => {
  await said(fakePrograms({ 'npm install': failed('npm error 404') }))
  writeFileSync(join(root, '2.21.0-cpu', 'downloads', FILE), 'half of it')
  const again = fakePrograms()
  await setup(again)
  expect(again.calls).toContain('python3 download')
})

test('a library that has gone is seen, and made again', async () => {
  await setup(fakePrograms())
  const library = join(root, '2.21.0-cpu', 'site', 'tensorflow', 'libtensorflow_cc.so.2')
  writeFileSync(library, 'cut')
  expect(findInstallation(root)).toEqual({ broken: `${library} has 3 bytes, not 11` })
  rmSync(library)
  expect(findInstallation(root)).toEqual({ broken: `${library} is missing` })
})

test.each<[string, Parameters<typeof fakePrograms>[0], string]>([
  [
    'no Python',
    { 'python3 --version': null },
    'tensorflow: look: there is neither a Python with pip (python3, python, py) nor uv; install Python with pip, or uv; --python names one that is not on the path',
  ],
  [
    'an old pip',
    { 'python3 --version': { code: 0, stdout: 'pip 21.3.1 from /x (python 3.8)', stderr: '' } },
    'tensorflow: look: pip 21.3.1 of python3 is older than 22.2; upgrade pip, or install Python with pip, or uv; --python names one that is not on the path',
  ],
  [
    'no npm',
    { 'npm --version': null },
    'tensorflow: look: npm cannot be started; put the npm that came with Node on the path',
  ],
  [
    'no compiler',
    { 'c++ --version': null },
    'tensorflow: look: there is no C++ compiler (c++); install g++ or clang (on macOS: xcode-select --install), or name one in CXX',
  ],
  [
    'a version that is none of theirs',
    {
      'python3 install': failed(
        'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: 2.18.0rc0, 2.19.0, 2.20.0)\n',
      ),
    },
    'tensorflow: resolve: pip finds no tensorflow-cpu==2.21.0 for this machine; --version takes, for instance, 2.19.0, 2.20.0',
  ],
  [
    'no wheel at all',
    {
      'python3 install': failed(
        'ERROR: Could not find a version (from versions: none)\nERROR: No matching distribution found for tensorflow-cpu==2.21.0\n',
      ),
    },
    'tensorflow: resolve: pip finds no wheel of tensorflow-cpu==2.21.0 for this machine; TensorFlow has wheels for Linux with glibc and for macOS on Apple silicon; a private index may lack it',
  ],
  [
    'no network',
    { 'python3 install': failed('ERROR: Could not install packages due to an OSError: connection refused\n') },
    'tensorflow: resolve: pip cannot say what tensorflow-cpu==2.21.0 needs: Could not install packages due to an OSError: connection refused; see that pip reaches its package index',
  ],
  [
    'a download that breaks off',
    { 'python3 download': failed('ERROR: the connection was reset\n') },
    `tensorflow: download: ${FILE}: the connection was reset; run it again: what has been downloaded is kept`,
  ],
  [
    'pip that brings nothing',
    { 'python3 download': { code: 0, stdout: '', stderr: '' } },
    `tensorflow: download: ${FILE}: pip says it is done, and the file is not there; run it again: what has been downloaded is kept`,
  ],
  [
    'npm without its registry',
    {
      'npm install': failed('npm error code ECONNREFUSED\nnpm error A complete log of this run can be found in: /x\n'),
    },
    'tensorflow: npm: @tensorflow/tfjs-node 4.22.0 is not installed: code ECONNREFUSED; see that npm reaches its registry',
  ],
  [
    'npm that brings another package',
    { 'npm install': { code: 0, stdout: '', stderr: '' } },
    'tensorflow: npm: @tensorflow/tfjs-node 4.22.0 is not the one that was published: its hash is not known, not sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==; see which registry npm is set to use',
  ],
])('%s: which step, why, what to try', async (_, change, text) => {
  expect(await said(fakePrograms(change))).toBe(text)
})

test.each<[string, SetupOptions, string]>([
  [
    'too little room',
    { freeBytes: async () => 1e9 },
    'tensorflow: look: <cache>/2.21.0-cpu has 1.0 GB free, and about 1.5 GB are needed; free some, or name another place in SLUICE_CACHE',
  ],
  [
    'Windows',
    { machine: 'win32-x64' },
    'tensorflow: look: its binding is not compiled on Windows; use WSL 2, or run "npm install @tensorflow/tfjs-node" in the folder you run from, which brings TensorFlow 2.9 for the CPU',
  ],
  [
    'a machine without wheels',
    { machine: 'freebsd-x64' },
    'tensorflow: look: TensorFlow has no libraries for freebsd-x64; "auto" takes the best of the other backends',
  ],
  [
    'a GPU where there are no wheels for one',
    { machine: 'darwin-arm64', gpu: true },
    'tensorflow: look: TensorFlow has GPU libraries for linux-x64 only, and this is darwin-arm64; leave out --gpu',
  ],
  [
    'a Python that is none',
    { python: '/opt/python' },
    'tensorflow: look: /opt/python is no Python with pip; install Python with pip, or uv; --python names one that is not on the path',
  ],
  ['a version that is none', { version: 'newest' }, '"newest" is no version of TensorFlow; write it as 2.21.0'],
  [
    'libraries that do not load',
    { check: async () => ({ failure: 'the process that loads it was ended by SIGILL' }) },
    'tensorflow: check: TensorFlow 2.21.0 is there and does not work: the process that loads it was ended by SIGILL; docs/gpu.md says what it needs; --version takes another one',
  ],
])('%s: which step, why, what to try', async (_, options, text) => {
  expect(await said(fakePrograms(), options)).toBe(text)
  expect('missing' in findInstallation(root)).toBe(true)
})

test('two at once: the second is told who is at it', async () => {
  const unlock = takeLock(root)
  const text = await said(fakePrograms())
  unlock()
  expect(text).toMatch(
    /^tensorflow: <cache>: TensorFlow is being set up by process \d+ on .+ since .+; wait for it to end; if it no longer runs, delete <cache>\/lock$/,
  )
})

test('uv runs pip where no Python has it', async () => {
  const fakes = fakePrograms({
    'python3 --version': null,
    'uv --version': { code: 0, stdout: 'pip 25.1 from x', stderr: '' },
  })
  expect(await said(fakes)).toMatch(
    /^tensorflow: resolve: pip cannot say what tensorflow-cpu==2.21.0 needs: it cannot be started;/,
  )
  expect(fakes.calls.slice(0, 4)).toEqual(['python3 --version', 'python --version', 'py --version', 'uv --version'])
})

test('remove undoes it: all, or one version', async () => {
  await setup(fakePrograms())
  expect(await removeTensorflow({ folder: root, version: '2.20.0' })).toEqual([])
  expect(await removeTensorflow({ folder: root, version: '2.21.0', gpu: true })).toEqual([])
  expect(await removeTensorflow({ folder: root })).toEqual([join(root, '2.21.0-cpu')])
  expect(existsSync(root)).toBe(false)
  expect(await removeTensorflow({ folder: root })).toEqual([])
})
