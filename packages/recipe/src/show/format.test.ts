import { expect, it } from 'vitest'
import { bytes, digits, duration, nats, percent, plural, short, signed, whole } from './format.ts'

it.each([
  [whole, 1234567.4, '1,234,567'],
  [whole, Number.NaN, '–'],
  [short, 0, '0'],
  [short, 12, '12'],
  [short, 999.6, '1.00 k'],
  [short, 4_915_200, '4.92 M'],
  [short, 1.5e9, '1.50 B'],
  [digits, 0.000012, '1.2e-5'],
  [digits, 0.0123, '0.0123'],
  [digits, 12.34, '12.3'],
  [digits, 99.96, '100'],
  [digits, 4316.4, '4,316'],
  [digits, -0.5, '-0.500'],
  [nats, 5, '5.00'],
  [duration, 0.04, '0.0 s'],
  [duration, 59.9, '60 s'],
  [duration, 59.96, '1 min 0 s'],
  [duration, 252.3, '4 min 12 s'],
  [duration, 7499, '2 h 5 min'],
  [duration, 86_400 * 9.2, '9 days'],
  [bytes, 812e6, '812 MB'],
  [bytes, 12, '12 B'],
  [bytes, 1.5e9, '1.50 GB'],
  [percent, 0.983, '98 %'],
  [percent, 0.004, '0.4 %'],
  [percent, 0.0004, '0.04 %'],
  [percent, 0, '0 %'],
] as [(value: number) => string, number, string][])('%o tells %d as %s', (format, value, text) => {
  expect(format(value)).toBe(text)
})

it('has a sign, and a plural', () => {
  expect([signed(0.314), signed(-0.02), signed(-0.5, percent)]).toEqual(['+0.31', '−0.02', '−50 %'])
  expect([plural(1, 'step'), plural(2000, 'step'), plural(0, 'loss', 'losses')]).toEqual([
    '1 step',
    '2,000 steps',
    '0 losses',
  ])
})
