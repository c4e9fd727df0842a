import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesReader, drain } from '../testing/readers.ts'
import { blocksOf } from './blocks.ts'
import { bunzip2Reader, decodeHere } from './bunzip2.ts'
import { lanes } from './decoder.ts'
import { RunExpander } from './runs.ts'

interface Golden {
  readonly name: string
  readonly packed: string
  readonly bytes: number
  readonly sha256: string
}

const golden: Golden[] = JSON.parse(readFileSync(new URL('golden/bunzip2.json', import.meta.url), 'utf8'))
const packedOf = (name: string): Buffer => Buffer.from(golden.find(file => file.name === name)!.packed, 'base64')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function unpacked(bytes: Uint8Array, step?: number): Promise<Buffer> {
  return drain(bunzip2Reader(bytesReader(bytes, step), 'x.bz2'), 10_000)
}

async function fault(bytes: Uint8Array): Promise<{ text: Buffer; error: unknown }> {
  const reader = bunzip2Reader(bytesReader(bytes), 'x.bz2')
  const chunks: Buffer[] = []
  try {
    for (;;) {
      const into = Buffer.alloc(5000)
      const count = await reader.read(into)
      if (count === 0) return { text: Buffer.concat(chunks), error: undefined }
      chunks.push(into.subarray(0, count))
    }
  } catch (error) {
    return { text: Buffer.concat(chunks), error }
  } finally {
    await reader.close()
  }
}

describe('what libbzip2 packs', () => {
  test.each(golden)('$name', async ({ packed, bytes, sha256: expected }) => {
    const text = await unpacked(Buffer.from(packed, 'base64'))
    expect(text.length).toBe(bytes)
    expect(sha256(text)).toBe(expected)
  })

  test('streams one after the other are one text, wherever the reads fall', async () => {
    const packed = Buffer.concat(golden.map(file => Buffer.from(file.packed, 'base64')))
    const whole = await unpacked(packed)
    expect(whole.length).toBe(golden.reduce((sum, file) => sum + file.bytes, 0))
    for (const step of [1, 7, 1000]) expect((await unpacked(packed, step)).equals(whole)).toBe(true)
  })

  test('zeros after the last stream are padding', async () => {
    expect((await unpacked(Buffer.concat([packedOf('one byte'), Buffer.alloc(512)]))).toString()).toBe('a')
  })
})

test('the memory of blocks is used again for those after them', async () => {
  const packed = Buffer.concat(Array.from({ length: 5 * lanes }, () => packedOf('one byte')))
  const memory = new Set<ArrayBuffer>()
  const texts: string[] = []
  for await (const { content } of blocksOf(bytesReader(packed), { file: 'x.bz2', decode: decodeHere(), parallel: 1 })) {
    memory.add(content.bytes.buffer)
    texts.push(Buffer.from(content.bytes).toString())
  }
  expect(texts).toEqual(Array(5 * lanes).fill('a'))
  expect(memory.size).toBe(lanes)
})

describe('files that are not whole', () => {
  test('cut short: what is whole, and then where it ends', async () => {
    const packed = packedOf('words')
    const words = await unpacked(packed)
    const { text, error } = await fault(packed.subarray(0, packed.length - 12))
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toMatch(
      /^x\.bz2: byte \d+: the bzip2 data is cut short: the file ends inside a compressed block; fetch the file again and compare its size with the original$/,
    )
    expect(text.length).toBeGreaterThan(200_000)
    expect(words.subarray(0, text.length).equals(text)).toBe(true)
  })

  test('a cut anywhere is a clear error, with a beginning of the text before it', async () => {
    const first = packedOf('all bytes')
    const packed = Buffer.concat([first, packedOf('one byte'), packedOf('a long code')])
    const whole = await unpacked(packed)
    const ends = [first.length, first.length + packedOf('one byte').length]
    for (let length = 4; length < packed.length; length += length > 400 ? 29 : 3) {
      const { text, error } = await fault(packed.subarray(0, length))
      if (ends.includes(length)) expect(error).toBeUndefined()
      else expect((error as DataError).message).toContain('cut short')
      expect(whole.subarray(0, text.length).equals(text)).toBe(true)
      if (length > ends[0]!) expect(text.length).toBeGreaterThanOrEqual(768)
    }
  })

  test('a flipped bit anywhere is an error, and what was given before it is right', async () => {
    const packed = Buffer.concat([packedOf('one byte'), packedOf('noise, in several blocks')])
    const whole = await unpacked(packed)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 32, max: packed.length * 8 - 1 }), async bit => {
        const broken = Buffer.from(packed)
        broken[bit >> 3]! ^= 1 << (bit & 7)
        const { text, error } = await fault(broken)
        // What pads a stream to a byte, and a level that allows more, are not looked at.
        if (error === undefined) expect(text.equals(whole)).toBe(true)
        else expect(error).toBeInstanceOf(DataError)
        expect(whole.subarray(0, text.length).equals(text)).toBe(true)
      }),
      { numRuns: 80 },
    )
  })

  test('a wrong checksum is told with the block', async () => {
    const packed = packedOf('one byte')
    packed[10]! ^= 1
    expect(String((await fault(packed)).error)).toBe(
      'x.bz2: byte 4: the bzip2 data is damaged (the checksum of a block is wrong); ' +
        'fetch the file again; `bzip2 -t` tells whether a copy is whole',
    )
  })

  test('what follows the last stream and is none is an error', async () => {
    const { text, error } = await fault(Buffer.concat([packedOf('one byte'), Buffer.from('something else')]))
    expect(text.toString()).toBe('a')
    expect(String(error)).toContain('the bzip2 data is damaged (expected another stream)')
  })
})

test('a bomb is unpacked by and by', async () => {
  const bomb = Buffer.concat(Array(60).fill(packedOf('a million zeros')))
  const reader = bunzip2Reader(bytesReader(bomb), 'bomb.bz2')
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  let length = 0
  const into = Buffer.alloc(64 * 1024)
  for (let count = await reader.read(into); count > 0; count = await reader.read(into)) {
    length += count
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  await reader.close()
  expect(length).toBe(60_000_000)
  expect(most).toBeLessThan(96_000_000)
})

test('the first code is undone in pieces of any size', () => {
  const symbols = fc.array(fc.constantFrom(97, 98, 0, 1, 4, 255), { maxLength: 40 })
  fc.assert(
    fc.property(symbols, fc.integer({ min: 1, max: 9 }), (block, size) => {
      // Straight from the rule: four equal bytes, then how many more.
      const expected: number[] = []
      let equal = 0
      let before = -1
      for (const byte of block) {
        if (equal === 4) {
          for (let i = 0; i < byte; i++) expected.push(before)
          equal = 0
          continue
        }
        equal = equal > 0 && byte === before ? equal + 1 : 1
        before = byte
        expected.push(byte)
      }
      const expander = new RunExpander(Uint8Array.from(block))
      const found: number[] = []
      while (!expander.done) {
        const into = new Uint8Array(size)
        found.push(...into.subarray(0, expander.expand(into, 0)))
      }
      expect(found).toEqual(expected)
    }),
  )
})
