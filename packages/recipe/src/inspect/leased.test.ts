import { expect, test } from 'vitest'
import { leased } from './leased.ts'

function counted() {
  const made: string[] = []
  const gone: string[] = []
  const held = leased<{ name: string; bytes: number }>({
    limit: 10,
    bytes: ({ bytes }) => bytes,
    dispose: ({ name }) => gone.push(name),
  })
  const use = <T>(name: string, bytes: number, work: () => Promise<T> | T) => {
    const make = async () => {
      made.push(name)
      return { name, bytes }
    }
    return held.use(name, make, work)
  }
  return { made, gone, held, use }
}

test('a value is made once, and kept while there is room', async () => {
  const { made, gone, use } = counted()
  await use('a', 4, () => {})
  await use('b', 4, () => {})
  await use('a', 4, () => {})
  expect([made, gone]).toEqual([['a', 'b'], []])
  // The one used longest ago goes first.
  await use('c', 4, () => {})
  expect(gone).toEqual(['b'])
  // One alone may be larger than the room.
  await use('d', 99, () => {})
  expect(gone).toEqual(['b', 'a', 'c'])
  await use('d', 99, () => {})
  expect(made).toEqual(['a', 'b', 'c', 'd'])
})

test('what somebody works with stays, and is made once for all who ask meanwhile', async () => {
  const { made, gone, held, use } = counted()
  let end = () => {}
  const working = use('a', 8, () => new Promise<void>(resolve => (end = resolve)))
  const beside = use('a', 8, () => 'both')
  await use('b', 8, () => {})
  expect(await beside).toBe('both')
  held.clear()
  expect([made, gone]).toEqual([['a', 'b'], ['b']])
  end()
  await working
  expect(gone).toEqual(['b', 'a'])
})

test('what could not be made is tried again', async () => {
  const { made, held, use } = counted()
  await expect(
    held.use(
      'a',
      () => Promise.reject(new Error('no')),
      () => {},
    ),
  ).rejects.toThrow('no')
  expect(await use('a', 1, () => 7)).toBe(7)
  await expect(
    use('a', 1, () => {
      throw new Error('its own')
    }),
  ).rejects.toThrow('its own')
  expect(made).toEqual(['a'])
})
