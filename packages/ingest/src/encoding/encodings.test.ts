import { isUtf8 } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { ConfigError, DataError, StateError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { peekReader } from '../bytes/peek.ts'
import { testFolder } from '../testing/folder.ts'
import { bytesReader, drain } from '../testing/readers.ts'
import { autoReader } from './auto.ts'
import { decodingReader } from './decoder.ts'
import { guessEncoding, sequenceLength } from './guess.ts'
import { judgeHead } from './head.ts'
import { openUtf8, type Utf8Place } from './open.ts'
import { windows1252Reader } from './windows1252.ts'

const folder = await testFolder()
const unicode = fc.string({ unit: 'binary', maxLength: 300 })
const steps = fc.integer({ min: 1, max: 50 })

async function opened(bytes: Uint8Array, encoding = 'auto', from?: Utf8Place): Promise<{ text: string; as?: string }> {
  const path = await folder.write('file.txt', bytes)
  const reader = await openUtf8({ name: 'file.txt', path }, encoding, from)
  try {
    const text = (await drain(reader)).toString()
    const as = reader.encoding()
    return as === undefined ? { text } : { text, as }
  } finally {
    await reader.close()
  }
}

describe('Windows-1252', () => {
  test('all bytes as the standard has them', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const text = (await drain(windows1252Reader(bytesReader(bytes)))).toString()
    expect([...text].slice(0, 0x80)).toEqual(Array.from({ length: 0x80 }, (_, i) => String.fromCharCode(i)))
    expect(text.slice(0x80, 0xa0)).toBe('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ')
    expect(text.slice(0xa0)).toBe(Buffer.from(bytes.subarray(0xa0)).toString('latin1'))
  })

  test('Latin-1 in reads of any size, given out in reads of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.integer({ min: 0xa0, max: 0xff }).map(c => String.fromCharCode(c)) }),
        steps,
        steps,
        async (text, step, size) => {
          const reader = windows1252Reader(bytesReader(Buffer.from(text, 'latin1'), step))
          expect((await drain(reader, size)).toString()).toBe(text)
        },
      ),
    )
  })
})

describe('the guess', () => {
  test('sequences are valid where Node says so', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), bytes => {
        const length = sequenceLength(bytes, 0)
        if (length > 0) expect(isUtf8(bytes.subarray(0, length))).toBe(true)
        else for (let end = 1; end <= bytes.length; end++) expect(isUtf8(bytes.subarray(0, end))).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })

  test('UTF-8 is UTF-8, also when the sample ends inside a character', () => {
    const bytes = Buffer.from('Er schläft — 一')
    for (let end = bytes.length; end > 6; end--) expect(guessEncoding(bytes.subarray(0, end), false)).toBe('utf-8')
  })

  test('European languages in Windows-1252', () => {
    for (const text of ['Où est le café ?', 'Er schläft süß', 'El niño duerme', '“quoted” – it’s', 'à', 'Ærøskøbing']) {
      expect(guessEncoding(windows1252(text), true), text).toBe('windows-1252')
    }
  })

  test('a few broken bytes do not make UTF-8 something else', () => {
    const text = Buffer.from('déjà vu, '.repeat(20))
    text[2] = 0xff
    expect(guessEncoding(text, true)).toBe('utf-8')
  })

  test('falls at the first byte that is not ASCII, however late', async () => {
    const ascii = 'plain '.repeat(50_000)
    for (const tail of ['café', 'café'.repeat(40_000)]) {
      const late = await opened(Buffer.concat([Buffer.from(ascii), windows1252(tail)]))
      expect(late.as).toBe('windows-1252')
      expect(late.text === ascii + tail).toBe(true)
      const utf8 = await opened(Buffer.from(ascii + tail))
      expect(utf8.as).toBe('utf-8')
      expect(utf8.text === ascii + tail).toBe(true)
    }
    expect(await opened(Buffer.from(ascii))).toEqual({ text: ascii })
  })

  test('is none of these where letters with accents are most of them', async () => {
    const bytes = Buffer.from('d1a7b6f8cab1cfb0d6aea3ac'.repeat(40), 'hex')
    const text = '\u5b66\u800c\u65f6\u4e60\u4e4b\uff0c'.repeat(40)
    expect(await opened(bytes, 'gb18030')).toEqual({ text, as: 'gb18030' })
    const error: unknown = await opened(bytes).catch(caught => caught)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      'file.txt: it is neither UTF-8 nor Windows-1252, whose letters are mostly those of ASCII; ' +
        'set "encoding" to what it is: "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251", \u2026',
    )
    expect((await opened(bytes.subarray(0, 200))).as).toBe('windows-1252')
    expect((await opened(bytes, 'latin1')).as).toBe('windows-1252')
  })

  test('does not depend on how the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), steps, steps, async (bytes, step, size) => {
        const whole = autoReader(peekReader(bytesReader(bytes)), { file: 'x' })
        const pieces = autoReader(peekReader(bytesReader(bytes, step)), { file: 'x' })
        expect(await drain(pieces, size)).toEqual(await drain(whole))
        expect(pieces.encoding()).toBe(whole.encoding())
      }),
    )
  })
})

describe('other encodings', () => {
  test('a character that a read cuts is never torn', async () => {
    await fc.assert(
      fc.asyncProperty(unicode, steps, steps, fc.boolean(), async (text, step, size, big) => {
        const bytes = Buffer.from(text, 'utf16le')
        const reader = decodingReader(bytesReader(big ? bytes.swap16() : bytes, step), big ? 'utf-16be' : 'utf-16le')
        expect((await drain(reader, size)).toString()).toBe(wellFormed(text.replace(/^\ufeff/, '')))
      }),
    )
  })

  test('UTF-16 by its mark, or by the NULs of Western text', async () => {
    const text = 'Call me Ishmael. Some years ago—never mind how long'
    const little = Buffer.from(text, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const bytes of [Buffer.concat([Buffer.from([0xff, 0xfe]), little]), little]) {
      expect(await opened(bytes)).toEqual({ text, as: 'utf-16le' })
    }
    for (const bytes of [Buffer.concat([Buffer.from([0xfe, 0xff]), big]), big]) {
      expect(await opened(bytes)).toEqual({ text, as: 'utf-16be' })
    }
    const chinese = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('学而时习之', 'utf16le')])
    expect((await opened(chinese)).text).toBe('学而时习之')
  })

  test('a stated encoding is taken at its word', async () => {
    expect(await opened(Buffer.from([0xd1, 0xa7, 0xb6, 0xf8]), 'gb18030')).toEqual({ text: '学而', as: 'gb18030' })
    expect(await opened(Buffer.from([0xe9]), 'latin1')).toEqual({ text: 'é', as: 'windows-1252' })
    expect(await opened(Buffer.from('é'), 'UTF8')).toEqual({ text: 'é', as: 'utf-8' })
    const error = await opened(Buffer.from('x'), 'utf-9').catch(caught => caught)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toBe(
      'no encoding is called "utf-9"; use "auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "gb18030", "shift_jis" ' +
        'or another label of the WHATWG Encoding Standard',
    )
  })
})

describe('binary data', () => {
  test('is refused', async () => {
    const bytes = Buffer.alloc(2000, 'abcdefgh')
    for (let i = 0; i < bytes.length; i += 7) bytes[i] = 0
    const error = await opened(bytes).catch(caught => caught)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toBe(
      'file.txt: it is no text: it looks binary: 286 of its first 2000 bytes are NUL; ' +
        'leave it out of "path", or set "encoding" if it is text all the same',
    )
    expect((await opened(bytes, 'utf-8')).text).toHaveLength(2000)
    const random = Uint8Array.from({ length: 5000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24)
    await expect(opened(random)).rejects.toThrow('it is no text: it looks binary')
    await expect(opened(gzipSync(random))).rejects.toThrow('it is no text: it looks binary')
  })

  test('a stray NUL or escape sequence is text', () => {
    expect(judgeHead(Buffer.from(`${'words '.repeat(50)}\0${'words '.repeat(50)}`))).toBe('open')
    expect(judgeHead(Buffer.from('\x1b[1mbold\x1b[0m and\ttabs\f'))).toBe('open')
    expect(judgeHead(Buffer.alloc(0))).toBe('open')
  })

  test('UTF-32 is named', async () => {
    await expect(opened(Uint8Array.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]))).rejects.toThrow('it looks like UTF-32')
  })
})

describe('going on from a place', () => {
  test('gives the rest, sought or read up to again', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é', '’', '一'), maxLength: 200 })
    const ways = fc.constantFrom('plain', 'gzip', 'utf-16le')
    await fc.assert(
      fc.asyncProperty(texts, ways, fc.integer({ min: 1, max: 400 }), async (text, way, size) => {
        const utf8 = Buffer.from(text)
        const bytes =
          way === 'gzip' ? gzipSync(utf8) : way === 'utf-16le' ? Buffer.from(`\ufeff${text}`, 'utf16le') : utf8
        const path = await folder.write('resume.txt', bytes)
        const file = { name: 'resume.txt', path }
        const reader = await openUtf8(file, 'auto')
        const into = Buffer.alloc(size)
        const byte = await reader.read(into)
        const encoding = reader.encoding()
        await reader.close()
        const again = await openUtf8(file, 'auto', { byte, ...(encoding === undefined ? {} : { encoding }) })
        const rest = await drain(again)
        await again.close()
        expect(Buffer.concat([into.subarray(0, byte), rest]).toString()).toBe(text)
      }),
      { numRuns: 60 },
    )
  })

  test('a file that is now shorter is a state error', async () => {
    for (const bytes of [Buffer.from('short'), gzipSync('short')]) {
      const error = await opened(bytes, 'auto', { byte: 9 }).catch(caught => caught)
      expect(error).toBeInstanceOf(StateError)
      expect(String(error)).toBe(
        'file.txt: the run had read 9 bytes of it, and now it has 5; put the file back as it was, or start a new run',
      )
    }
  })
})

function windows1252(text: string): Buffer {
  const quotes: Record<string, number> = { '“': 0x93, '”': 0x94, '’': 0x92, '–': 0x96 }
  return Buffer.from([...text].map(c => quotes[c] ?? c.charCodeAt(0)))
}

/** Lone surrogates as U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
