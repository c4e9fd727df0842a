import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesReader, drain } from '../testing/readers.ts'
import { zstdReader } from './zstd.ts'

const text = Array.from({ length: 300 }, (_, i) => `The whale ${(i * 7919) % 1000} was seen.\n`).join('')
/** The text by `zstd -19` 1.5.4, its checksum included. */
const frame = Buffer.from(
  [
    'KLUv/QRohRAAJjRlFpAnhRxw4UoZKva/apPcFZGoKRlfcwJoAFoAWwDalI6GBC3y/J6JUGlb4FlpNGTi8HvkIUacOKoXQWGtT4wliNVvwz5E0n',
    'l8mDc4FDKa6jw8EqaumYVT0jU4aYhb5O58E8JI3oJkq5gQi8PnRwMgQIGCAgMDAwQHBmFQQIBgwIFBwQABAVMrYkJan44jiKjeztBPiFTeHuYM',
    'riJGoToOX2LMa0bhk3AtFw1xEbH7L4ysxUhWMRWHQ06PHoI+E1bdIshp6RszCdJ4PmPKkIzsPThsWCjsQnH72Ih/0XSBVDfnmgmXZCu5NsRDRF',
    'x/nxBm5IXIVTEU1xGnjByC/smwnSLIZ+HbWQRpZDbj5YRkbD02ZFgV9qBI69gl+HOZKnDShnQbERSRx/cnJlTTAr8Ko5WFwy8jDnFxJga6J2en',
    'iyCXZS9nDdLELAyXD8mM/dBwYVTYS4lWYpbg/zLTQEmb0Ww0GCKP3J546GgLvCqLUlaHP0YkhMVPnKkjJJz14bhBQpXNDP1DRurpYb5gKjoG1Z',
    'GwJQKBLKghCJHfvwNhew0RPIIQvPQDx4BKdIMNIKYMMx7MKpHTObRoDBQg0IfdEiIw1gIDbIK5TTItakjZht2yAtPkmluBPkpNUCJOeJAQZmfJ',
    'oBr4Kigzpj8oKLw+FqjT6yrHBW9iefHdWIFOr+u+Evxp1SaxrbxOAlUV4bgyFw==',
  ].join(''),
  'base64',
)
const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')])
const unpack = (bytes: Uint8Array, step?: number) => drain(zstdReader(bytesReader(bytes, step), 'a.zst'))

test('frames one after the other, and what may stand between them', async () => {
  expect((await unpack(frame)).toString()).toBe(text)
  expect((await unpack(frame, 1)).toString()).toBe(text)
  expect((await unpack(Buffer.concat([frame, skippable, frame]))).toString()).toBe(text + text)
  expect(await unpack(Buffer.alloc(0))).toHaveLength(0)
})

test('a file that is cut short', async () => {
  for (let length = 1; length < frame.length; length += 7) {
    await expect(unpack(frame.subarray(0, length))).rejects.toThrow(
      'the zstd data is cut short: the file ends inside a frame',
    )
  }
  const error = await unpack(frame.subarray(0, 40)).catch(String)
  expect(error).toBe(
    'a.zst: byte 40: the zstd data is cut short: the file ends inside a frame; ' +
      'fetch the file again; `zstd -t` tells whether a copy is whole',
  )
})

test('a window beyond what is kept, and bytes that are no frame', async () => {
  const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0])
  await expect(unpack(huge)).rejects.toThrow(
    'packed with a window of 2199023255552 bytes, and at most 134217728 are kept',
  )
  await expect(unpack(Buffer.concat([frame, Buffer.from('junk')]))).rejects.toThrow('what follows a frame is none')
})

test('a bomb is unpacked a block at a time', async () => {
  const block = Buffer.from([2 | (0x20000 << 3), (0x20000 << 3) >> 8, (0x20000 << 3) >> 16, 0x61])
  const bomb = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]), ...new Array(1000).fill(block)])
  const reader = zstdReader(bytesReader(bomb), 'bomb.zst')
  const before = process.memoryUsage().arrayBuffers
  const into = new Uint8Array(64 * 1024)
  for (let i = 0; i < 10; i++) expect(await reader.read(into)).toBe(into.length)
  expect(into.every(byte => byte === 0x61)).toBe(true)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
})

test('2,000 mutations give bytes or a clear error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: frame.length }),
      async (changes, length) => {
        const bytes = Buffer.from(frame)
        for (const [at, byte] of changes) bytes[at] = byte
        const outcome = await unpack(bytes.subarray(0, length)).catch((error: unknown) => error)
        if (!Buffer.isBuffer(outcome)) expect(outcome).toBeInstanceOf(DataError)
        else expect(outcome.length).toBeLessThan(10 * 1024 * 1024)
      },
    ),
    { numRuns: 2000 },
  )
})
