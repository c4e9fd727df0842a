import type { NamedTensor } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import { groupTitle, whatChanged } from './changes.ts'

const weights = (values: Record<string, number[]>): Map<string, NamedTensor> =>
  new Map(
    Object.entries(values).map(([name, list]) => [
      name,
      { name, dtype: 'float32', shape: [list.length], data: Float32Array.from(list) },
    ]),
  )
const group = (name: string) => name.split('.')[0]!

it('sums what moved, group by group', () => {
  const before = weights({ 'a.x': [3, 0], 'b.x': [0, 0], 'a.y': [4] })
  const after = weights({ 'a.x': [3, 2], 'b.x': [3, 4], 'a.y': [5] })
  expect(whatChanged({ before, after, group, gradNorms: { a: 0.5 } })).toEqual([
    { group: 'a', parameters: 3, gradNorm: 0.5, distance: Math.sqrt(5), relative: Math.sqrt(5) / 5 },
    { group: 'b', parameters: 2, distance: 5 },
  ])
})

it('sums in float64', () => {
  // In float32 the sum would stand still at 2 ** 24.
  const length = 2 ** 24 + 2 ** 20
  const of = (value: number) =>
    new Map([
      ['a', { name: 'a', dtype: 'float32' as const, shape: [length], data: new Float32Array(length).fill(value) }],
    ])
  const [change] = whatChanged({ before: of(1), after: of(2), group })
  expect(change!.distance).toBe(Math.sqrt(length))
  expect(change!.relative).toBe(1)
})

it('refuses weights of another model', () => {
  const after = weights({ a: [1, 2] })
  expect(() => whatChanged({ before: weights({ a: [1] }), after, group })).toThrow(
    'expected "a" of [2] at the start, found [1]',
  )
  expect(() => whatChanged({ before: new Map(), after, group })).toThrow('expected "a" of [2] at the start, found none')
})

it('calls groups by a readable name', () => {
  expect(['embeddings', 'norms', 'toString'].map(groupTitle)).toEqual(['token embeddings', 'norms', 'toString'])
})
