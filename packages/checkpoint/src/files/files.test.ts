import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@sluice/pipeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checksum, summedInput, sumOf, withInput, withOutput, withSummedOutput } from './checksum.ts'
import { storageFault } from './faults.ts'
import { nodeFiles } from './node.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'files-'))
})
afterAll(() => rm(dir, { recursive: true }))

const abc = Buffer.from('abc')
// FIPS 180-2, appendix B.1.
const abcSum = { bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' }

describe('sums', () => {
  it('are those of the bytes, however they come', async () => {
    expect(sumOf(abc)).toEqual(abcSum)
    const path = join(dir, 'abc')
    const sum = await withSummedOutput(nodeFiles, path, async output => {
      await output.write(abc.subarray(0, 1))
      await output.write(abc.subarray(1))
    })
    expect(sum).toEqual(abcSum)
    expect(await withInput(nodeFiles, path, checksum)).toEqual(abcSum)
    const long = Buffer.alloc((1 << 20) * 2 + 5, 7)
    await writeFile(path, long)
    expect(await withInput(nodeFiles, path, checksum)).toEqual(sumOf(long))
  })
})

describe('the sum of what is read', () => {
  const path = () => join(dir, 'read')
  const read = (extents: readonly (readonly [position: number, bytes: number])[]) =>
    withInput(nodeFiles, path(), async file => {
      const { input, sum } = summedInput(file)
      for (const [position, bytes] of extents) await input.read(new Uint8Array(bytes), position)
      return sum()
    })

  it('is that of the file, in whatever order it is read', async () => {
    await writeFile(path(), abc)
    const whole: (readonly [number, number])[][] = [
      [[0, 3]],
      [
        [2, 1],
        [0, 2],
      ],
      [
        [1, 1],
        [2, 1],
        [0, 0],
        [0, 1],
      ],
    ]
    for (const extents of whole) expect(await read(extents)).toEqual(abcSum)
  })

  it('is unknown where something was left out', async () => {
    await writeFile(path(), abc)
    for (const extents of [[], [[0, 2]], [[1, 2]]] as [number, number][][]) expect(await read(extents)).toBeUndefined()
  })
})

describe('nodeFiles', () => {
  it('moves more than one call takes, and has the disk begin meanwhile', async () => {
    const path = join(dir, 'large')
    const piece = Uint8Array.from({ length: (1 << 24) + 3 }, (_, i) => (i * 7) >> 3)
    const whole = Buffer.concat([piece, piece, piece, piece, piece])
    await withOutput(nodeFiles, path, async output => {
      await output.write(whole.subarray(0, 5))
      await output.write(whole.subarray(5))
    })
    const back = new Uint8Array(whole.length - 1)
    await withInput(nodeFiles, path, input => input.read(back, 1))
    expect(Buffer.compare(back, whole.subarray(1))).toBe(0)
  })

  it('tells of a file that ends too early', async () => {
    const path = join(dir, 'short')
    await writeFile(path, abc)
    const error = await withInput(nodeFiles, path, input => input.read(new Uint8Array(4), 1)).catch(error => error)
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({ message: 'expected 5 bytes, found 3', file: path })
  })

  it('lists, renames and removes', async () => {
    await nodeFiles.makeDirectory(join(dir, 'a', 'b'))
    await withOutput(nodeFiles, join(dir, 'a', 'b', 'x'), output => output.write(abc))
    await nodeFiles.syncDirectory(join(dir, 'a'))
    await nodeFiles.rename(join(dir, 'a', 'b'), join(dir, 'a', 'c'))
    expect(await nodeFiles.names(join(dir, 'a'))).toEqual(['c'])
    expect(await readFile(join(dir, 'a', 'c', 'x'), 'utf8')).toBe('abc')
    await nodeFiles.remove(join(dir, 'a'))
    await nodeFiles.remove(join(dir, 'a'))
    expect(await nodeFiles.names(join(dir, 'a'))).toEqual([])
  })

  it('closes a file whose writer failed, and tells the first fault', async () => {
    let closed = false
    const files = {
      ...nodeFiles,
      create: async () => ({
        write: async () => {},
        sync: async () => {},
        close: async () => {
          closed = true
          throw new Error('second')
        },
      }),
    }
    await expect(
      withOutput(files, 'x', async () => {
        throw new Error('first')
      }),
    ).rejects.toThrow('first')
    expect(closed).toBe(true)
  })
})

describe('storageFault', () => {
  it.each([
    ['ENOSPC', 'x: no space left on the disk; free some space, or keep fewer checkpoints'],
    ['EACCES', "x: permission denied; check the owner and the rights of the file's directory"],
    ['EROFS', 'x: the file system is read-only'],
    ['EWHAT', 'x: boom'],
  ])('tells %s in words', (code, text) => {
    expect(String(storageFault(Object.assign(new Error('boom'), { code }), 'x'))).toBe(text)
  })
})
