import { expect, test } from 'vitest'
import { refusal } from './guard.ts'

const ask = (headers: Record<string, string>, method = 'GET') => refusal({ method, headers })
const host = '127.0.0.1:4000'
const origin = `http://${host}`

test('only names of this machine, at whatever port a tunnel has', () => {
  for (const good of [host, 'localhost:8080', '127.0.0.1', 'localhost']) expect(ask({ host: good })).toBeUndefined()
  for (const bad of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4000',
    'user@localhost',
    '',
    '[::1]:1',
  ]) {
    expect(ask({ host: bad })).toBe('this page answers under 127.0.0.1 and localhost alone')
  }
  expect(ask({})).toBe('this page answers under 127.0.0.1 and localhost alone')
})

test('only its own page may ask', () => {
  const other = 'the request comes from another page'
  expect(ask({ host, origin })).toBeUndefined()
  expect(ask({ host, origin }, 'POST')).toBeUndefined()
  expect(ask({ host }, 'POST')).toBe(other)
  for (const bad of [
    'null',
    'http://evil.example',
    'https://127.0.0.1:4000',
    'http://127.0.0.1:4001',
    'http://localhost:4000',
  ]) {
    expect(ask({ host, origin: bad })).toBe(other)
    expect(ask({ host, origin: bad }, 'POST')).toBe(other)
  }
})

test('what a browser says of the site counts, too', () => {
  const other = 'the request comes from another site'
  expect(ask({ host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' })).toBeUndefined()
  expect(ask({ host, 'sec-fetch-site': 'same-origin' })).toBeUndefined()
  expect(ask({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBeUndefined()
  expect(ask({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(other)
  expect(ask({ host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).toBe(other)
  expect(ask({ host, origin, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, 'POST')).toBe(other)
})
