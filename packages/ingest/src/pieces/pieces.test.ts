import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesReader } from '../testing/readers.ts'
import { type Boundary, emergencyCut, lastBoundary } from './boundary.ts'
import { decodePiece } from './decode.ts'
import { type PieceOptions, piecesOf } from './pieces.ts'

// Much of what makes cuts hard in little text: all line ends, blanks, characters of one to four bytes.
const texts = fc.string({
  unit: fc.constantFrom('a', ' ', '\t', '\n', '\r', '\r\n', '\n\n', 'é', '一', '🐋'),
  maxLength: 120,
})
const boundaries = fc.constantFrom<Boundary>('record', 'line', 'paragraph', 'none')
const steps = fc.integer({ min: 1, max: 40 })

interface Kept {
  text: string
  start: number
  end: number
  whole: boolean
}

async function pieces(bytes: Uint8Array, options: PieceOptions, step?: number, error?: Error): Promise<Kept[]> {
  const kept: Kept[] = []
  for await (const { bytes: piece, start, end, whole } of piecesOf(bytesReader(bytes, step, error), options)) {
    kept.push({ text: piece.toString(), start, end, whole })
  }
  return kept
}

const ends: Record<Boundary, RegExp> = {
  record: /\n$/,
  line: /[\n\r]$/,
  paragraph: /(?:\n|\r)[ \t]*(?:\r\n|\n|\r)$/,
  none: /$^/,
}

describe('pieces', () => {
  test('joined are the text, cut between characters, at boundaries where they say so', async () => {
    await fc.assert(
      fc.asyncProperty(texts, boundaries, steps, async (text, boundary, step) => {
        const bytes = Buffer.from(text)
        const found = await pieces(bytes, { boundary, target: 16, limit: 48, part: 24 }, step)
        expect(found.map(piece => piece.text).join('')).toBe(text)
        let at = 0
        for (const [i, piece] of found.entries()) {
          expect(piece.start).toBe(at)
          at += Buffer.byteLength(piece.text)
          expect(piece.end).toBe(at)
          expect(piece.end - piece.start).toBeLessThanOrEqual(48)
          expect(piece.text).not.toMatch(/^$/)
          const last = i === found.length - 1
          if (piece.whole && !last) expect(piece.text).toMatch(ends[boundary])
          if (!last) expect(piece.text.endsWith('\r') && found[i + 1]!.text.startsWith('\n')).toBe(false)
          if (last) expect(piece.whole).toBe(true)
        }
        expect(at).toBe(bytes.length)
      }),
      { numRuns: 500 },
    )
  })

  test('depend on the text alone: however it arrives, and from whatever piece on', async () => {
    await fc.assert(
      fc.asyncProperty(texts, boundaries, steps, fc.boolean(), async (text, boundary, step, ahead) => {
        const options = { boundary, target: 16, limit: 48, part: 24 }
        const bytes = Buffer.from(text)
        const found = await pieces(bytes, options)
        expect(await pieces(bytes, { ...options, ahead }, step)).toEqual(found)
        for (const [i, { end, whole }] of found.entries()) {
          const rest = await pieces(bytes.subarray(end), { ...options, start: end, inside: !whole, ahead }, step)
          expect(rest).toEqual(found.slice(i + 1))
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each([false, true])('a fault comes after what is whole before it, read ahead: %s', async ahead => {
    const options = { boundary: 'line', target: 4, limit: 100, ahead } as const
    const found: string[] = []
    const reading = async () => {
      for await (const { bytes } of piecesOf(
        bytesReader(Buffer.from('one\ntwo\nthr'), 3, new Error('cut short')),
        options,
      )) {
        found.push(bytes.toString())
      }
    }
    await expect(reading()).rejects.toThrow('cut short')
    expect(found).toEqual(['one\n', 'two\n'])
  })

  test('the next bytes are read while a piece is out, and a piece tells the encoding from before that', async () => {
    const inner = bytesReader(Buffer.from('one\ntwo\nthree\n'), 5)
    let reads = 0
    const reader = {
      ...inner,
      read: (into: Uint8Array) => inner.read(into).finally(() => reads++),
      encoding: () => `after ${reads}`,
    }
    const cutting = piecesOf(reader, { boundary: 'line', target: 4, limit: 100, ahead: true })
    const { value } = await cutting.next()
    expect(value).toMatchObject({ end: 4, encoding: 'after 1' })
    await new Promise(setImmediate)
    expect(reads).toBe(2)
    expect(value!.bytes.toString()).toBe('one\n')
    expect((await cutting.next()).value).toMatchObject({ start: 4, end: 8, encoding: 'after 2' })
  })

  test('who leaves has no read left under way', async () => {
    const inner = bytesReader(Buffer.from('one\ntwo\nthree\n'))
    let under = 0
    const reader = {
      ...inner,
      async read(into: Uint8Array) {
        under++
        await new Promise(setImmediate)
        under--
        return inner.read(into)
      },
    }
    for await (const { end } of piecesOf(reader, { boundary: 'line', target: 4, limit: 100, ahead: true })) {
      expect(end).toBe(4)
      expect(under).toBe(1)
      break
    }
    expect(under).toBe(0)
  })

  test('grow to a boundary that is further off than the target', async () => {
    const text = `${'x'.repeat(1000)}\n${'y'.repeat(100)}\n`
    expect((await pieces(Buffer.from(text), { boundary: 'line', target: 16, limit: 1 << 20 })).map(p => p.end)).toEqual(
      [1001, 1102],
    )
  })
})

test('the cut without a boundary is the last line, else the last space, else the last character', () => {
  const cut = (text: string, before: number) =>
    Buffer.from(text).toString('utf8', 0, emergencyCut(Buffer.from(text), before))
  expect(cut('one\ntwo three', 10)).toBe('one\n')
  expect(cut('one two three', 10)).toBe('one two ')
  expect(cut('一二三四', 11)).toBe('一二三')
  expect(cut('🐋🐋', 7)).toBe('🐋')
  expect(cut('a\r\nb', 2)).toBe('a')
})

test('a blank line is one with blanks in it too, whatever ends the lines', () => {
  const last = (text: string) => lastBoundary(Buffer.from(text), 'paragraph', 0, Buffer.byteLength(text))
  expect(last('a\n\nb')).toBe(3)
  expect(last('a\r\n\r\nb')).toBe(5)
  expect(last('a\r\rb')).toBe(3)
  expect(last('a\n \t\nb\nc')).toBe(5)
  expect(last('a\r\nb\r\nc')).toBe(0)
})

test('a byte order mark goes, at the beginning alone, and broken bytes are told by their place', () => {
  const broken: number[] = []
  const decode = (bytes: Buffer, start: number) =>
    decodePiece({ bytes, start, end: start + bytes.length, whole: true, encoding: undefined }, byte =>
      broken.push(byte),
    )
  expect(decode(Buffer.from('\ufeffone'), 0)).toBe('one')
  expect(decode(Buffer.from('\ufeffone'), 9)).toBe('\ufeffone')
  expect(broken).toEqual([])
  expect(decode(Buffer.from([0x61, 0xc3, 0xa9, 0xff, 0x62]), 100)).toBe('aé\ufffdb')
  expect(broken).toEqual([103])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
      broken.length = 0
      const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)])
      decode(bytes, 0)
      expect(broken).toEqual([Buffer.byteLength(before)])
    }),
  )
})
