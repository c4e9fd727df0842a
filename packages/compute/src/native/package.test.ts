import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findAddon } from './find.ts'

const { addOptionalDependencies, packageName, platforms, writePackage } = await import(
  new URL('../../native/package.js', import.meta.url).href
)
const { buildFolder, findBuilt } = await import(new URL('../../native/tools/identity.js', import.meta.url).href)
const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const name = `@sluice/compute-native-${process.platform}-${process.arch}`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-package-'))
  vi.stubEnv('SLUICE_ADDON', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'))

// A library that is loaded stays: the folder it is in is not taken away under it where that is forbidden.
describe.skipIf(!findBuilt(buildFolder).path || process.platform === 'win32')('the package of a platform', () => {
  it('is what the loader finds in node_modules', async () => {
    const into = join(folder, 'node_modules', name)
    expect(writePackage({ from: buildFolder, into })).toBe(name)
    expect(readdirSync(into).sort()).toEqual(['LICENSE', 'README.md', 'package.json', 'sluice.node', 'stamp.json'])
    const from = join(folder, 'module.js')
    expect(await findAddon({ from, folder })).toMatchObject({ path: join(into, 'sluice.node') })
    expect(findBuilt(into)).toEqual({ path: join(into, 'sluice.node') })
  })

  it('says where it fits', () => {
    writePackage({ from: buildFolder, into: join(folder, 'linux'), os: 'linux', cpu: 'arm64' })
    expect(readJson('linux', 'package.json')).toMatchObject({
      name: '@sluice/compute-native-linux-arm64',
      version: own.version,
      license: own.license,
      main: 'sluice.node',
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['glibc'],
    })
    writePackage({ from: buildFolder, into: join(folder, 'mac'), os: 'darwin', cpu: 'arm64' })
    expect(readJson('mac', 'package.json')).not.toHaveProperty('libc')
  })

  it('is not made from half an addon', () => {
    cpSync(buildFolder, join(folder, 'build'), { recursive: true })
    const { file } = readJson('build', 'stamp.json')
    writeFileSync(join(folder, 'build', file), 'half')
    expect(() => writePackage({ from: join(folder, 'build'), into: join(folder, 'out') })).toThrow(
      'no addon to pack, its C++ kernels were not built to the end; run native/build.js first',
    )
  })
})

describe('the packages of all platforms', () => {
  it('are optional dependencies of one exact version', () => {
    const file = join(folder, 'package.json')
    writeFileSync(file, JSON.stringify({ name: 'x', version: '1.2.3', optionalDependencies: { other: '1.0.0' } }))
    addOptionalDependencies(file)
    expect(readJson('package.json')).toEqual({
      name: 'x',
      version: '1.2.3',
      optionalDependencies: {
        other: '1.0.0',
        '@sluice/compute-native-linux-x64': '1.2.3',
        '@sluice/compute-native-linux-arm64': '1.2.3',
        '@sluice/compute-native-darwin-arm64': '1.2.3',
        '@sluice/compute-native-win32-x64': '1.2.3',
      },
    })
    expect(platforms.map(packageName)).toHaveLength(4)
  })

  it('are not there before they are published', () => {
    expect(own).not.toHaveProperty('optionalDependencies')
  })
})
