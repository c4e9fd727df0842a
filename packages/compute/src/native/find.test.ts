import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findAddon } from './find.ts'

const identity = await import(new URL('../../native/tools/identity.js', import.meta.url).href)
vi.stubEnv('SLUICE_ADDON', undefined)
const present = await findAddon()
vi.unstubAllEnvs()

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-addon-'))
  vi.stubEnv('SLUICE_ADDON', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** Looks for the addon as from a module in the folder: no package of a platform is there unless the test puts one. */
const find = () => findAddon({ folder, from: join(folder, 'module.js') })

/** What a build leaves, with an addon of any content. */
function built(content: string | Buffer, change: object = {}): string {
  const path = join(folder, 'sluice-0123.node')
  writeFileSync(path, content)
  const bytes = Buffer.byteLength(content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const stamp = { key: '0123', file: 'sluice-0123.node', bytes, sha256, sources: identity.sourcesHash(), ...change }
  writeFileSync(join(folder, 'stamp.json'), JSON.stringify(stamp))
  return path
}

describe('without an addon that can be used', () => {
  it('none has been built', async () => {
    expect(await find()).toEqual({ reason: 'its C++ kernels are not built' })
  })

  it('one of other sources, and one of before there were stamps like this', async () => {
    const reason = 'its C++ kernels were built from other sources than these'
    built('x', { sources: 'ffff' })
    expect(await find()).toEqual({ reason })
    writeFileSync(join(folder, 'stamp.json'), JSON.stringify({ key: '0123' }))
    expect(await find()).toEqual({ reason })
  })

  it('a stamp that is not one', async () => {
    built('x')
    writeFileSync(join(folder, 'stamp.json'), '{ "key": ')
    expect(await find()).toEqual({ reason: 'its C++ kernels are not built' })
  })

  it('half of one: it is not loaded', async () => {
    const reason = 'its C++ kernels were not built to the end'
    const path = built('not a library at all')
    truncateSync(path, 7)
    expect(await find()).toEqual({ reason })
    writeFileSync(path, 'not a library, ahem.')
    expect(await find()).toEqual({ reason })
    rmSync(path)
    expect(await find()).toEqual({ reason })
  })

  it('one that is no library', async () => {
    built('not a library at all')
    expect(await find()).toEqual({ reason: expect.stringMatching(/^its C\+\+ kernels do not load: \S/) })
  })

  it('one that SLUICE_ADDON names and that is not there', async () => {
    vi.stubEnv('SLUICE_ADDON', join(folder, 'nothing.node'))
    expect(await find()).toEqual({ reason: expect.stringMatching(/^its C\+\+ kernels do not load: \S/) })
  })

  it("the platform's package of another version, and nothing built", async () => {
    packaged('0.0.1')
    const name = `@sluice/compute-native-${process.platform}-${process.arch}`
    expect(await find()).toEqual({
      reason: `${name} is of version 0.0.1, not ${own.version}; its C++ kernels are not built`,
    })
  })
})

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

function packaged(version: string): string {
  const name = `@sluice/compute-native-${process.platform}-${process.arch}`
  const home = join(folder, 'node_modules', name)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version, main: 'sluice.node' }))
  writeFileSync(join(home, 'sluice.node'), 'not a library at all')
  return join(home, 'sluice.node')
}

// A library that is loaded stays: the folder it is in is not taken away under it where that is forbidden.
describe.skipIf(!('path' in present) || process.platform === 'win32')('with an addon', () => {
  const { path } = present as { path: string }

  it("takes the platform's package of this version first", async () => {
    const target = packaged(own.version)
    copyFileSync(path, target)
    expect(await find()).toMatchObject({ path: target })
  })

  it('takes the one that was built where the package does not load', async () => {
    packaged(own.version)
    const target = built(readFileSync(path))
    expect(await find()).toMatchObject({ path: target })
  })

  it('refuses a whole one that was made from other sources', async () => {
    // As long as the true one; only the digits that the addon gives differ.
    const bytes = readFileSync(path)
    const at = bytes.indexOf(identity.sourcesHash())
    expect(at).toBeGreaterThan(0)
    bytes.write('0000000000000000', at, 'latin1')
    built(bytes)
    expect(await find()).toEqual({ reason: 'its C++ kernels were built from other sources than these' })
  })

  it('takes over a new one and takes the old ones away', async () => {
    writeFileSync(join(folder, 'sluice.node'), 'of long ago')
    built('of yesterday')
    const linked = join(folder, 'linked')
    copyFileSync(path, linked)
    const key = 'abcdefabcdefabcdef'
    const target = identity.install(linked, folder, {
      key,
      sources: identity.sourcesHash(),
      compiler: 'c++',
      macros: [],
    })
    expect(target).toBe(join(folder, 'sluice-abcdefabcdef.node'))
    expect(await find()).toMatchObject({ path: target })
    expect(() => readFileSync(join(folder, 'sluice.node'))).toThrow('ENOENT')
    expect(() => readFileSync(join(folder, 'sluice-0123.node'))).toThrow('ENOENT')
  })
})
