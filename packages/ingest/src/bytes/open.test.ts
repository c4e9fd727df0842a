import { gzipSync } from 'node:zlib'
import { DataError, StorageError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { drain } from '../testing/readers.ts'
import { compressionOf } from './compression.ts'
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
