import { expect, test } from 'vitest'
import { ConfigError, StorageError } from '../errors.ts'
import { atStage } from '../runtime/fault.ts'
import { rebuiltError, sentError } from './sent-error.ts'

const sent = (error: unknown) => rebuiltError(structuredClone(sentError(error)))

test('an error comes out as what it was', () => {
  const error = new StorageError('no space', {
    stage: 'c',
    file: 'a',
    advice: 'free some',
    cause: new TypeError('why'),
  })
  const back = sent(error)
  expect(back).toBeInstanceOf(StorageError)
  expect([String(back), back.stack]).toEqual([String(error), error.stack])
  expect(back.cause).toMatchObject({ name: 'TypeError', message: 'why' })
  expect(sent(new ConfigError('x'))).toMatchObject({ exitCode: 2 })
})

test('what is none of ours, too', () => {
  expect(String(sent(new TypeError('x')))).toBe('TypeError: x')
  expect(String(sent('thrown'))).toBe('Error: thrown')
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })
  expect(atStage(sent(full), 's')).toBeInstanceOf(StorageError)
})
