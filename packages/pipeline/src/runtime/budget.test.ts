import { expect, it } from 'vitest'
import { splitMemory } from './budget.ts'

const MiB = 2 ** 20
const windows = [
  { id: 'shuffle', bytes: 60 * MiB },
  { id: 'pack', bytes: 8 },
]

it('counts a window once for the gate and twice for the memory', () => {
  expect(splitMemory({ windows: [] })).toMatchObject({ mark: 64 * MiB, limit: 64 * MiB })
  const budget = splitMemory({ mark: 7, windows })
  expect(budget).toMatchObject({ mark: 7, limit: 60 * MiB + 15 })
  expect(budget.most(1, 0)).toBe(120 * MiB + 23)
  expect(budget.most(3, 100)).toBe(3 * (60 * MiB + 115) + 60 * MiB + 8)
})

it('takes a quarter of the memory for the mark, less where the windows need it, no more than is of use', () => {
  const mark = (memory: number) => splitMemory({ memory: memory * MiB, windows: [windows[0]!] }).mark / MiB
  expect([121, 130, 160, 200, 1000].map(mark)).toEqual([1, 10, 40, 50, 64])
  expect(mark(120.5)).toBe(0.5)
  expect(splitMemory({ memory: 1000, windows: [] }).mark).toBe(1000)
})

it('says what would do', () => {
  const said = (of: Parameters<typeof splitMemory>[0]) => {
    try {
      splitMemory(of)
    } catch (error) {
      return String(error)
    }
    return undefined
  }
  expect(said({ memory: 100 * MiB, windows })).toBe(
    'twice the windows (shuffle 60.0 MiB, pack 8 B) and a mark of 64.0 KiB exceed the memory of 100.0 MiB; ' +
      'set memory to at least "126MB", or make shuffle smaller',
  )
  expect(said({ memory: 1000, mark: 2000, windows: [] })).toBe(
    'a mark of 2.0 KiB exceeds the memory of 1000 B; set memory to at least "1MB", or make the mark smaller',
  )
  expect(said({ mark: 0, windows: [] })).toBe('the mark must be more than 0 bytes, found 0')
})
