import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { MemberPlaces } from './member-places.ts'

const parts = ['one', 'a second part', 'the third'].map(part => Buffer.from(part))
const members = parts.map(part => gzipSync(part, { level: 0 }))

test('beginnings are known when the lengths before them add up', () => {
  const bytes = Buffer.concat(members)
  const places = new MemberPlaces(1000)
  expect(places.look(bytes, 0, 1000)).toBe(members[0]!.length + members[1]!.length)
  expect(places.before(16)).toEqual({ at: 0, byte: 1000 })
  places.confirm(16)
  expect(places.before(2)).toEqual({ at: 0, byte: 1000 })
  expect(places.before(3)).toEqual({ at: 3, byte: 1000 + members[0]!.length })
  expect(places.before(99)).toEqual({ at: 16, byte: 1000 + members[0]!.length + members[1]!.length })
})

test('one that only looks like a beginning is found out', () => {
  const fake = gzipSync(Buffer.from(`${'x'.repeat(30)}\x1f\x8b\x08\x00${'y'.repeat(30)}`, 'latin1'), { level: 0 })
  const bytes = Buffer.concat([members[0]!, fake, members[2]!])
  const places = new MemberPlaces(0)
  places.look(bytes, 0, 0)
  places.confirm(3 + 64)
  expect(places.before(3 + 63)).toEqual({ at: 3, byte: members[0]!.length })
  expect(places.before(3 + 64)).toEqual({ at: 67, byte: members[0]!.length + fake.length })
})

test('nothing is known where the lengths do not add up', () => {
  const places = new MemberPlaces(0)
  places.look(Buffer.concat(members), 0, 0)
  places.confirm(15)
  expect(places.before(99)).toEqual({ at: 0, byte: 0 })
})
