import { expect, test } from 'vitest'
import { timestampOf } from './timestamp.ts'

const instant = Date.UTC(2020, 0, 2, 3, 4, 5)

test('what corpora write for one and the same second', () => {
  const spellings = [
    '2020-01-02T03:04:05Z',
    '2020-01-02T03:04:05',
    '2020-01-02 03:04:05',
    '2020-01-02 03:04:05 UTC',
    '2020-01-02T05:04:05+02:00',
    '2020-01-02T05:04:05+0200',
    '2020-01-02T03:04:05.000Z',
    'Thu, 02 Jan 2020 03:04:05 GMT',
    'Thu, 2 Jan 2020 05:04:05 +0200',
    '1577934245',
    '1577934245.0',
    1577934245,
    1577934245.25,
    1577934245000,
    1577934245000000,
    1577934245000000000,
  ]
  for (const spelling of spellings) {
    expect(Math.floor(timestampOf(spelling)! / 1000) * 1000, String(spelling)).toBe(instant)
  }
})

test('parts of a date are its beginning', () => {
  expect(timestampOf('1961')).toBe(Date.UTC(1961, 0, 1))
  expect(timestampOf('1961-05')).toBe(Date.UTC(1961, 4, 1))
  expect(timestampOf('1961-05-04')).toBe(Date.UTC(1961, 4, 4))
  expect(timestampOf('2020-01-02T03:04')).toBe(Date.UTC(2020, 0, 2, 3, 4))
})

test('what is no time', () => {
  for (const value of ['yesterday', '', '2020-13-45', 'May 1961', null, undefined, true, {}, Number.NaN, 1e300, '12']) {
    expect(timestampOf(value), String(value)).toBeUndefined()
  }
})
