import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeThrift, numberAt, structAt, structsAt, textAt, textsAt } from './decode.ts'
import { binary, i32, i64, list, struct } from './encode.ts'

describe('the compact protocol of Thrift', () => {
  it('has bytes that the specification tells', () => {
    // Field 1, an i32 of -2; field 20, too far for a step of four bits, the text "ab".
    expect([...struct({ 1: i32(-2), 20: binary('ab') }).bytes]).toEqual([0x15, 3, 0x08, 40, 2, 0x61, 0x62, 0])
  })

  it('gives back what was written', () => {
    const whole = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
    fc.assert(
      fc.property(
        whole,
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.string(), { maxLength: 40 }),
        (n, text, texts) => {
          const inner = struct({ 3: i64(n) })
          const { bytes } = struct({
            1: i64(n),
            2: binary(text),
            4: undefined,
            7: list(texts.map(binary)),
            30: list([inner, inner]),
          })
          const { value, end } = decodeThrift(bytes)
          expect(end).toBe(bytes.length)
          expect(numberAt(value, 1)).toBe(n)
          expect(textAt(value, 2)).toBe(text)
          expect(value.fields.has(4)).toBe(false)
          expect(textsAt(value, 7)).toEqual(texts)
          expect(structsAt(value, 30).map(each => numberAt(each, 3))).toEqual([n, n])
        },
      ),
    )
  })

  it('says what is not there', () => {
    const { value } = decodeThrift(struct({ 1: i32(1) }).bytes)
    expect(() => numberAt(value, 2)).toThrow('field 2 of the metadata is no number')
    expect(() => textAt(value, 1)).toThrow('field 1 of the metadata is no text')
    expect(() => structAt(value, 1)).toThrow('field 1 of the metadata is no struct')
    expect(() => structsAt(value, 1)).toThrow('field 1 of the metadata is no list of structs')
    expect(() => textsAt(value, 1)).toThrow('field 1 of the metadata is no list of texts')
  })

  it.each([
    ['a list beyond the end', [0x19, 0xf5, 0xff, 0xff, 0x7f], 'a list of 2097151 does not fit the metadata'],
    ['a text beyond the end', [0x18, 9, 0x61], 'the metadata end too early'],
    ['no end', [0x15, 2], 'the metadata end too early'],
    ['a number without end', [0x16, ...new Array(12).fill(0xff)], 'a number in the metadata does not end'],
    ['an unknown type', [0x1d], 'no type has the number 13'],
    ['structs in structs', new Array(40).fill(0x1c), 'the metadata are nested too deeply'],
    ['lists in lists', [0x19, ...new Array(40).fill(0x19)], 'the metadata are nested too deeply'],
  ])('refuses %s', (_, bytes, text) => {
    expect(() => decodeThrift(Uint8Array.from(bytes))).toThrow(new RangeError(text))
  })
})
