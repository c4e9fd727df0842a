import { describe, expect, it } from 'vitest'
import { ConfigError, DataError, SchemaError, SluiceError, StateError, StorageError, TrainingError } from './errors.ts'
import { atStage } from './runtime/fault.ts'

describe('errors', () => {
  it('are one line that says where, what and what to do', () => {
    const error = new DataError('expected <page>, found <pag', {
      stage: 'wiki',
      file: 'dump.xml',
      place: 'line 3',
      advice: 'download it again',
      cause: new Error('inner'),
    })
    expect(`${error}`).toBe('wiki: dump.xml: line 3: expected <page>, found <pag; download it again')
    expect(error.message).toBe('expected <page>, found <pag')
    expect((error.cause as Error).message).toBe('inner')
    expect(`${new SluiceError('alone')}`).toBe('alone')
    expect('cause' in new SluiceError('alone')).toBe(false)
  })

  it('know the exit code of the process', () => {
    const codes = [ConfigError, SchemaError, StateError, DataError, StorageError, TrainingError].map(Kind => {
      const error = new Kind('x')
      expect(error).toBeInstanceOf(SluiceError)
      return [error.name, error.exitCode]
    })
    expect(codes).toEqual([
      ['ConfigError', 2],
      ['SchemaError', 2],
      ['StateError', 2],
      ['DataError', 1],
      ['StorageError', 1],
      ['TrainingError', 1],
    ])
  })

  it('get the name of the stage they came from, once', () => {
    const error = new DataError('x', { file: 'f' })
    expect(atStage(error, 'a')).toBe(error)
    atStage(error, 'b')
    expect(`${error}`).toBe('a: f: x')
    expect(`${atStage(new RangeError('too far'), 'a')}`).toBe('a: RangeError: too far')
    expect(`${atStage(undefined, 'a')}`).toBe('a: threw undefined')
  })
})
