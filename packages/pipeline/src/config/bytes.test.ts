import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSize, formatBytes, parseBytes } from './bytes.ts'

describe('parseBytes', () => {
  it.each([
    ['64MB', 64e6],
    ['64MiB', 64 * 2 ** 20],
    ['1.5 gb', 1.5e9],
    [' 4096 ', 4096],
    ['0', 0],
    ['7B', 7],
    ['1KiB', 1024],
    ['2tb', 2e12],
  ])('%j is %d', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each(['', 'MB', '-1MB', '1 megabyte', '1e3', '0x10', '1,5GB', '99999999TB', 'constructor'])('%j is none', text => {
    expect(parseBytes(text)).toBeUndefined()
  })

  it('reads every whole number back', () => {
    fc.assert(fc.property(fc.maxSafeNat(), n => parseBytes(String(n)) === n))
  })
})

describe('byteSize', () => {
  it('gives numbers', () => {
    expect(byteSize().parse(5)).toBe(5)
    expect(byteSize().parse('64KB')).toBe(64000)
    expect(byteSize().prefault('1MiB').parse(undefined)).toBe(2 ** 20)
  })

  it.each([-1, 1.5, 'much', '99999999TB', null, [], Number.NaN])('refuses %j', value => {
    const { error } = byteSize().safeParse(value)
    expect(error!.issues[0]!.message).toBe('expected a size in bytes, such as "64MB", "1GiB" or 1048576')
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [67108864, '64.0 MiB'],
    [1.5 * 2 ** 40, '1.5 TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
