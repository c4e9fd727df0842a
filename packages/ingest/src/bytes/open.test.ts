import { rm, truncate } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { DataError, StorageError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { drain } from '../testing/readers.ts'
import { compressionOf } from './compression.ts'
import { openFile } from './file.ts'
import { openBytes } from './open.ts'

const folder = await testFolder()

async function content(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = await folder.write(name, bytes)
  const { reader } = await openBytes({ name, path })
  try {
    return (await drain(reader)).toString()
  } finally {
    await reader.close()
  }
}

test('packing is told from the bytes, not from the name', async () => {
  expect(await content('plain.gz', 'not packed at all')).toBe('not packed at all')
  expect(await content('packed.txt', gzipSync('packed'))).toBe('packed')
  expect(await content('empty.gz', '')).toBe('')
  expect(await content('short', '\x1f')).toBe('\x1f')
})

test('other packings are named', async () => {
  const heads: Record<string, number[]> = {
    xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    zip: [0x50, 0x4b, 0x03, 0x04],
  }
  for (const [kind, head] of Object.entries(heads)) {
    expect(compressionOf(Uint8Array.from(head))).toBe(kind)
    const error = await content(`x.${kind}`, Uint8Array.from(head)).catch(caught => caught)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      `x.${kind}: it is packed with ${kind}, which is not read yet; unpack it, or pack it with gzip`,
    )
  }
  expect(compressionOf(Buffer.from('BZh9 is how some text begins'))).toBe('none')
})

test("a file that has gone is the machine's fault", async () => {
  const path = `${folder.path}/gone`
  const error = await openBytes({ name: 'gone', path }).catch(caught => caught)
  expect(error).toBeInstanceOf(StorageError)
  expect(String(error)).toBe(`gone: cannot open it (ENOENT); check that ${path} still is where it was`)
})

test('a file that becomes shorter while it is read is not taken for its end', async () => {
  const path = await folder.write('cut.txt', Buffer.alloc(100_000, 'a'))
  const reader = await openFile({ name: 'cut.txt', path })
  const into = new Uint8Array(60_000)
  expect(await reader.read(into)).toBe(60_000)
  await truncate(path, 70_000)
  expect(await reader.read(into)).toBe(10_000)
  const error = await reader.read(into).catch(caught => caught)
  await reader.close()
  expect(error).toBeInstanceOf(StorageError)
  expect(String(error)).toBe(
    'cut.txt: it had 100000 bytes when it was opened and ends after 70000 now; put it back as it was, then go on with --resume',
  )
})

test('one that is removed is read to its end, for it is open', async () => {
  const path = await folder.write('gone.txt', 'the whole of it')
  const reader = await openFile({ name: 'gone.txt', path })
  await rm(path)
  expect((await drain(reader)).toString()).toBe('the whole of it')
  await reader.close()
})
