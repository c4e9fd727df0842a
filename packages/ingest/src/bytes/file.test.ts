import { type FileHandle, open } from 'node:fs/promises'
import { StorageError } from '@sluice/pipeline'
import { afterEach, expect, test, vi } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { drain } from '../testing/readers.ts'
import { openFile } from './file.ts'

// A disk that refuses, put between the reader and the file system.

vi.mock('node:fs/promises', async original => {
  const real = await original<typeof import('node:fs/promises')>()
  return { ...real, open: vi.fn(real.open) }
})

const folder = await testFolder()
const real = vi.mocked(open).getMockImplementation()!

afterEach(() => {
  vi.mocked(open).mockImplementation(real)
})

/** Every handle refuses so many reads, of all together. */
function refusing(times: number, code: string): { opened: number; closed: number } {
  const seen = { opened: 0, closed: 0 }
  let left = times
  vi.mocked(open).mockImplementation(async (...given) => {
    const handle = await real(...given)
    seen.opened++
    return {
      stat: () => handle.stat(),
      read: async (...args: [Uint8Array, number, number, number]) => {
        if (left-- > 0) throw Object.assign(new Error(`${code}: i/o error, read`), { code, syscall: 'read' })
        return handle.read(...args)
      },
      close: () => {
        seen.closed++
        return handle.close()
      },
    } as unknown as FileHandle
  })
  return seen
}

test('a read that fails is tried again, the file opened anew', async () => {
  const path = await folder.write('a.txt', 'what the disk had')
  const seen = refusing(2, 'ESTALE')
  const reader = await openFile({ name: 'a.txt', path })
  expect((await drain(reader)).toString()).toBe('what the disk had')
  await reader.close()
  expect(seen).toEqual({ opened: 3, closed: 3 })
})

test('one that goes on failing is told of, and how often it was tried', async () => {
  const path = await folder.write('b.txt', 'what the disk had')
  const seen = refusing(Number.POSITIVE_INFINITY, 'EIO')
  const reader = await openFile({ name: 'b.txt', path })
  const error = await reader.read(new Uint8Array(8)).catch(caught => caught)
  await reader.close()
  expect(error).toBeInstanceOf(StorageError)
  expect(String(error)).toBe(`b.txt: cannot read it (EIO, tried 6 times); check that ${path} still is where it was`)
  expect(seen.closed).toBe(seen.opened)
})

test('what does not pass is not tried again', async () => {
  const path = await folder.write('c.txt', 'x')
  const seen = refusing(1, 'EISDIR')
  const reader = await openFile({ name: 'c.txt', path })
  await expect(reader.read(new Uint8Array(8))).rejects.toThrow('cannot read it (EISDIR)')
  await reader.close()
  expect(seen).toEqual({ opened: 1, closed: 1 })
})
