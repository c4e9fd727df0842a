import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { atomicWrite, syncFolder } from './atomic-write.ts'
import { storageError } from './storage-error.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-atomic-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('atomicWrite', () => {
  it('writes text, bytes and pieces, and replaces', async () => {
    const path = join(root, 'a')
    await atomicWrite(path, 'héllo')
    expect(readFileSync(path, 'utf8')).toBe('héllo')
    await atomicWrite(path, Uint8Array.of(1, 2, 3))
    expect([...readFileSync(path)]).toEqual([1, 2, 3])
    await atomicWrite(path, [Uint8Array.of(4), new Uint8Array(0), Uint8Array.of(5, 6)])
    expect([...readFileSync(path)]).toEqual([4, 5, 6])
    const pieces = async function* () {
      for (let i = 0; i < 3; i++) yield new Uint8Array(1 << 20).fill(i)
    }
    await atomicWrite(path, pieces())
    expect(readFileSync(path)).toHaveLength(3 << 20)
    expect(readFileSync(path)[(3 << 20) - 1]).toBe(2)
    expect(readdirSync(root)).toEqual(['a'])
    rmSync(path)
  })

  it('leaves what was there when it fails, and no rest of its own', async () => {
    const path = join(root, 'b')
    writeFileSync(path, 'before')
    const failing = async function* () {
      yield Uint8Array.of(1)
      throw new RangeError('no more')
    }
    await expect(atomicWrite(path, failing())).rejects.toThrow(new RangeError('no more'))
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(readdirSync(root)).toEqual(['b'])
    rmSync(path)
  })

  it('tells what the system refused', async () => {
    const missing = join(root, 'missing', 'c')
    await expect(atomicWrite(missing, 'x').catch(String)).resolves.toBe(
      `${missing}: cannot be written: there is no such file or folder`,
    )
    const folder = join(root, 'folder')
    mkdirSync(join(folder, 'inside'), { recursive: true })
    await expect(atomicWrite(folder, 'x')).rejects.toMatchObject({ name: 'StorageError', exitCode: 1 })
    expect(readdirSync(root)).toEqual(['folder'])
    rmSync(folder, { recursive: true })
  })

  it('leaves one whole file when many write at once', async () => {
    const path = join(root, 'd')
    await Promise.all(Array.from({ length: 8 }, (_, i) => atomicWrite(path, `${i}`.repeat(100_000))))
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{99999}$/)
    expect(readdirSync(root)).toEqual(['d'])
    await syncFolder(root)
  })
})

describe('storageError', () => {
  it.each([
    ['ENOSPC', 'f: cannot be written: no space is left on the device'],
    ['EACCES', 'f: cannot be written: permission denied'],
    ['EROFS', 'f: cannot be written: the file system is read-only'],
    ['EWEIRD', 'f: cannot be written: EWEIRD: something'],
  ])('%s', (code, text) => {
    const error = Object.assign(new Error(`${code}: something`), { code })
    expect(`${storageError('cannot be written', 'f', error)}`).toBe(text)
  })
})
