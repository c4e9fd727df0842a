import { expect, it } from 'vitest'
import { retrying } from './retrying.ts'

const refusal = (code: string) => Object.assign(new Error(`${code}: refused`), { code })
const waits = [1, 2, 4]

it('tries again what passes', async () => {
  const asked: number[] = []
  const action = async (attempt: number) => {
    asked.push(attempt)
    if (attempt < 2) throw refusal('EIO')
    return 'read'
  }
  expect(await retrying(action, { waits })).toBe('read')
  expect(asked).toEqual([0, 1, 2])
})

it('gives up after the last wait, and says how often it tried', async () => {
  let asked = 0
  const error = await retrying(
    () => {
      asked++
      return Promise.reject(refusal('ESTALE'))
    },
    { waits },
  ).catch(caught => caught)
  expect(asked).toBe(4)
  expect(error).toMatchObject({ code: 'ESTALE', attempts: 4 })
})

it.each(['ENOENT', 'ENOSPC', 'EACCES', 'EISDIR'])('does not try %s again', async code => {
  let asked = 0
  const action = () => {
    asked++
    return Promise.reject(refusal(code))
  }
  await expect(retrying(action, { waits })).rejects.toThrow('refused')
  expect(asked).toBe(1)
})
