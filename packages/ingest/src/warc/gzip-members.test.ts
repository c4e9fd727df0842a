import { constants, gzipSync } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileReader } from '../bytes/file.ts'
import { bytesReader, drain } from '../testing/readers.ts'
import { gzipAhead } from './gzip-ahead.ts'
import { gzipMembers } from './gzip-members.ts'

function memory(bytes: Uint8Array, start = 0, step = Number.POSITIVE_INFINITY): FileReader {
  let reader = bytesReader(bytes.subarray(start), step)
  return {
    size: bytes.length,
    seek(byte) {
      reader = bytesReader(bytes.subarray(byte), step)
    },
    read: into => reader.read(into),
    close: () => reader.close(),
  }
}

const members = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 })

async function fault(unpack: typeof gzipMembers, bytes: Uint8Array): Promise<{ content: Buffer; error: DataError }> {
  const reader = unpack(memory(bytes), 'x.gz', 0)
  const chunks: Buffer[] = []
  try {
    for (;;) {
      const into = Buffer.alloc(5000)
      const count = await reader.read(into)
      if (count === 0) throw new Error('no fault')
      chunks.push(into.subarray(0, count))
    }
  } catch (error) {
    return { content: Buffer.concat(chunks), error: error as DataError }
  } finally {
    await reader.close()
  }
}

describe.each([
  ['one by one', gzipMembers],
  ['a step ahead', gzipAhead],
])('%s', (_, unpack) => {
  test('members one after the other are one content, wherever the reads fall', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 1, max: 70 }), async (parts, step) => {
        const packed = Buffer.concat(parts.map(part => gzipSync(part)))
        expect(await drain(unpack(memory(packed, 0, step), 'x.gz', 0), 97)).toEqual(Buffer.concat(parts))
      }),
      { numRuns: 60 },
    )
  })

  test('every byte of the content has a place from which it is found again', async () => {
    await fc.assert(
      fc.asyncProperty(members, async parts => {
        const packed = Buffer.concat(parts.map(part => gzipSync(part)))
        const content = Buffer.concat(parts)
        const reader = unpack(memory(packed), 'x.gz', 0)
        for (let at = 0; at <= content.length; at++) {
          const { byte, inside = 0 } = reader.placeOf(at)
          const again = await drain(unpack(memory(packed, byte), 'x.gz', byte))
          expect(again.subarray(inside)).toEqual(content.subarray(at))
          await reader.read(new Uint8Array(1))
        }
      }),
      { numRuns: 20 },
    )
  })

  test('a member’s end is a place of its own, before the next is read', async () => {
    const parts = ['one', 'two', 'three'].map(part => gzipSync(part))
    const reader = unpack(memory(Buffer.concat(parts)), 'x.gz', 0)
    await reader.read(new Uint8Array(10))
    expect(reader.placeOf(3)).toEqual({ byte: parts[0]!.length })
    await reader.read(new Uint8Array(2))
    expect(reader.placeOf(5)).toEqual({ byte: parts[0]!.length, inside: 2 })
  })

  test('data that looks like a member’s beginning is none', async () => {
    // Not packed, so that the magic is in the file as it is; thousands of bytes, so that there are stretches to be fed.
    const content = fc.array(fc.constantFrom('\x1f\x8b\x08\x00', 'whale ', 'x'.repeat(900)), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 5 }), async members => {
        const parts = members.map(member => Buffer.from(member.join(''), 'latin1'))
        const packed = Buffer.concat(parts.map(part => gzipSync(part, { level: 0 })))
        const whole = Buffer.concat(parts)
        const reader = unpack(memory(packed), 'x.gz', 0)
        for (let at = 0; at <= whole.length; ) {
          const { byte, inside = 0 } = reader.placeOf(at)
          const again = await drain(unpack(memory(packed, byte), 'x.gz', byte), 100_000)
          expect(again.subarray(inside).equals(whole.subarray(at))).toBe(true)
          const read = await reader.read(new Uint8Array(7000))
          if (read === 0) break
          at += read
        }
      }),
      { numRuns: 40 },
    )
  })

  test('names, comments, extra fields and padding', async () => {
    const plain = gzipSync('whale')
    const header = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3]),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from('name\0comment\0'),
      Buffer.from([9, 9]),
    ])
    const packed = Buffer.concat([header, plain.subarray(10), Buffer.alloc(700), gzipSync(' again'), Buffer.alloc(3)])
    expect((await drain(unpack(memory(packed), 'x.gz', 0))).toString()).toBe('whale again')
  })

  test('members too large for one stroke flow, and the ones behind them have their places', async () => {
    const large = Buffer.from(Array.from({ length: 900_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff))
    const bomb = Buffer.alloc(9_000_000)
    const parts = [large, Buffer.from('between'), bomb, Buffer.from('after')]
    const packed = parts.map(part => gzipSync(part))
    const reader = unpack(memory(Buffer.concat(packed)), 'x.gz', 0)
    const content = await drain(reader, 1_000_000)
    expect(content.equals(Buffer.concat(parts))).toBe(true)
    const at = packed[0]!.length + packed[1]!.length + packed[2]!.length
    expect(reader.placeOf(content.length - 5)).toEqual({ byte: at })
  })

  test('a cut anywhere is a clear error, with a beginning of the content before it', async () => {
    const content = Buffer.from('the whale, the white whale; '.repeat(60))
    const first = gzipSync(content.subarray(0, 700))
    const packed = Buffer.concat([first, gzipSync(content.subarray(700))])
    for (let length = 1; length < packed.length; length++) {
      if (length === first.length) continue
      const { content: found, error } = await fault(unpack, packed.subarray(0, length))
      expect(error).toBeInstanceOf(DataError)
      expect(content.subarray(0, found.length).equals(found)).toBe(true)
      if (length > first.length) expect(found.length).toBeGreaterThanOrEqual(700)
    }
    const { error } = await fault(unpack, packed.subarray(0, packed.length - 20))
    expect(error.toString()).toBe(
      `x.gz: member at byte ${first.length}: the gzip data is cut short: the file ends inside a compressed member; ` +
        'fetch the file again and compare its size with the original',
    )
  })

  test('a wrong checksum or length is damage, and reading goes on after it when asked to', async () => {
    const parts = ['one', 'two', 'three'].map(part => gzipSync(part))
    for (const back of [8, 1]) {
      const broken = Buffer.from(parts[1]!)
      broken[broken.length - back]! ^= 0xff
      const packed = Buffer.concat([parts[0]!, broken, parts[2]!])
      const { content, error } = await fault(unpack, packed)
      expect(content.toString()).toBe('one')
      expect(error.toString()).toBe(
        `x.gz: member at byte ${parts[0]!.length}: the gzip data is damaged (its ${back === 8 ? 'checksum' : 'length'} differs); ` +
          'fetch the file again; `gzip -t` tells whether a copy is whole',
      )
      const reader = unpack(memory(packed), 'x.gz', 0)
      expect(await reader.read(new Uint8Array(10))).toBe(3)
      await expect(reader.read(new Uint8Array(10))).rejects.toThrow('damaged')
      expect(await reader.recover!()).toBe(true)
      expect(reader.placeOf(3)).toEqual({ byte: parts[0]!.length + broken.length })
      expect((await drain(reader)).toString()).toBe('three')
    }
  })

  test('bytes that are no member are told with their place', async () => {
    const first = gzipSync('one')
    const { error } = await fault(unpack, Buffer.concat([first, Buffer.from('no gzip at all')]))
    expect(error.message).toBe('the gzip data is damaged (no member begins here)')
    expect(error.place).toBe(`member at byte ${first.length}`)
  })

  test('agrees with zlib on stored, fixed and dynamic blocks', async () => {
    const content = Buffer.from('whale '.repeat(3000))
    for (const [level, strategy] of [
      [0, constants.Z_DEFAULT_STRATEGY],
      [9, constants.Z_FIXED],
      [6, constants.Z_HUFFMAN_ONLY],
    ] as const) {
      const packed = gzipSync(content, { level, strategy })
      expect((await drain(unpack(memory(packed), 'x.gz', 0))).equals(content)).toBe(true)
    }
  })
})
