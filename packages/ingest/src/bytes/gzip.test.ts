import { gzipSync } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesReader, drain } from '../testing/readers.ts'
import { gunzipReader } from './gzip.ts'

const words = Buffer.from('the whale, the white whale, the whale of whales; '.repeat(4000))

test('members one after the other are one text, wherever the reads fall', async () => {
  const members = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(members, fc.integer({ min: 1, max: 70 }), async (parts, step) => {
      const packed = Buffer.concat(parts.map(part => gzipSync(part)))
      expect(await drain(gunzipReader(bytesReader(packed, step), 'x.gz'), 97)).toEqual(Buffer.concat(parts))
    }),
    { numRuns: 60 },
  )
})

test('zeros after the last member are padding', async () => {
  const packed = Buffer.concat([gzipSync('one'), Buffer.alloc(512)])
  expect((await drain(gunzipReader(bytesReader(packed), 'x.gz'))).toString()).toBe('one')
})

async function fault(bytes: Uint8Array, step?: number): Promise<{ text: Buffer; error: unknown }> {
  const reader = gunzipReader(bytesReader(bytes, step), 'x.gz')
  const chunks: Buffer[] = []
  try {
    for (;;) {
      const into = Buffer.alloc(5000)
      const count = await reader.read(into)
      if (count === 0) throw new Error('no fault')
      chunks.push(into.subarray(0, count))
    }
  } catch (error) {
    return { text: Buffer.concat(chunks), error }
  } finally {
    await reader.close()
  }
}

test('a file cut short gives what is whole, and then says where it ends', async () => {
  const packed = gzipSync(words)
  const { text, error } = await fault(packed.subarray(0, packed.length - 12))
  expect(error).toBeInstanceOf(DataError)
  expect(String(error)).toBe(
    `x.gz: byte ${packed.length - 12}: the gzip data is cut short: the file ends inside a compressed member; ` +
      'fetch the file again and compare its size with the original',
  )
  expect(text.length).toBeGreaterThan(words.length - 5000)
  expect(words.subarray(0, text.length).equals(text)).toBe(true)
})

test('a cut anywhere is a clear error, with a beginning of the text before it', async () => {
  const packed = Buffer.concat([gzipSync(words.subarray(0, 900)), gzipSync(words.subarray(900, 2000))])
  const whole = gzipSync(words.subarray(0, 900)).length
  for (let length = 1; length < packed.length; length++) {
    if (length === whole) continue
    const { text, error } = await fault(packed.subarray(0, length), 13)
    expect(error).toBeInstanceOf(DataError)
    expect(words.subarray(0, text.length).equals(text)).toBe(true)
    if (length > whole) expect(text.length).toBeGreaterThanOrEqual(900)
  }
})

test('damaged data is told with the stretch of the file it lies in', async () => {
  const packed = gzipSync(words)
  packed[packed.length - 6]! ^= 0xff
  const { error } = await fault(packed)
  expect(error).toBeInstanceOf(DataError)
  expect((error as DataError).message).toMatch(/^the gzip data is damaged \(.+\)$/)
  expect((error as DataError).place).toBe(`byte 0 to ${packed.length}`)
})

test('a bomb is unpacked by and by', async () => {
  const reader = gunzipReader(bytesReader(gzipSync(Buffer.alloc(100_000_000), { level: 9 })), 'bomb.gz')
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  let length = 0
  const into = Buffer.alloc(64 * 1024)
  for (let count = await reader.read(into); count > 0; count = await reader.read(into)) {
    length += count
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  await reader.close()
  expect(length).toBe(100_000_000)
  expect(most).toBeLessThan(64_000_000)
})
