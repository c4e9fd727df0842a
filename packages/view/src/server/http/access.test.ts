import { expect, test } from 'vitest'
import { grantAccess } from './access.ts'

test('a token is for one use, and gives a cookie', () => {
  const access = grantAccess(4000)
  const token = access.token()
  expect(token).toMatch(/^[\w-]{32}$/)
  expect(access.exchange('')).toBeUndefined()
  expect(access.exchange(`${token}x`)).toBeUndefined()
  const cookie = access.exchange(token)!
  expect(cookie).toMatch(/^sluice_4000=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(access.exchange(token)).toBeUndefined()
  expect(access.token()).not.toBe(token)
  const pair = cookie.split(';')[0]!
  expect(access.allows(pair)).toBe(true)
  expect(access.allows(`other=1; ${pair}; more=2`)).toBe(true)
  for (const bad of [undefined, '', 'sluice_4000', 'sluice_4000=', `${pair}x`, pair.replace('4000', '4001')]) {
    expect(access.allows(bad)).toBe(false)
  }
  expect(grantAccess(4000).allows(pair)).toBe(false)
})
