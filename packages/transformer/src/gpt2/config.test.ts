import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { gpt2Config, gpt2Schema } from './config.ts'

const shape = { vocabSize: 10, blockSize: 4, layers: 1, width: 12, heads: 3 }
const refusal = (options: object) => {
  try {
    gpt2Config({ ...shape, ...options })
  } catch (error) {
    return `${(error as Error).name}: ${error}`
  }
  return 'taken'
}

describe('gpt2Config', () => {
  it("fills in GPT-2's values", () => {
    expect(gpt2Config(shape)).toEqual({
      ...shape,
      inner: 48,
      dropout: { embedding: 0, attention: 0, residual: 0 },
      positions: 'learned',
      tieHead: true,
      epsilon: 1e-5,
      initializerRange: 0.02,
    })
    expect(gpt2Config({ ...shape, dropout: 0.1 }).dropout).toEqual({ embedding: 0.1, attention: 0.1, residual: 0.1 })
  })

  it('takes its own result', () => {
    const config = gpt2Config({ ...shape, dropout: { embedding: 0, attention: 0.1, residual: 0.2 }, inner: 20 })
    expect(gpt2Config(config)).toEqual(config)
  })

  it.each([
    [{ heads: 5 }, 'ConfigError: model.heads: heads must divide width: 12 / 5 is not whole; 4 or 6 would do'],
    [{ heads: 13 }, 'ConfigError: model.heads: heads must divide width: 12 / 13 is not whole; 12 would do'],
    [{ layers: 0 }, 'ConfigError: model.layers: expected a positive whole number, found 0'],
    [{ vocabSize: 1.5 }, 'ConfigError: model.vocabSize: expected a positive whole number, found 1.5'],
    [{ dropout: 1 }, 'ConfigError: model.dropout.embedding: expected a share from 0 to below 1, found 1'],
  ])('refuses %j', (options, text) => {
    expect(refusal(options)).toBe(text)
  })
})

describe('the model section', () => {
  it('is strict and has defaults', () => {
    expect(gpt2Schema.parse({ layers: 1, width: 8, heads: 2 })).toEqual({
      layers: 1,
      width: 8,
      heads: 2,
      dropout: 0,
      positions: 'learned',
      tieHead: true,
      epsilon: 1e-5,
      initializerRange: 0.02,
    })
    expect(gpt2Schema.safeParse({ layers: 1, width: 8, heads: 2, head: 3 }).error?.issues[0]?.code).toBe(
      'unrecognized_keys',
    )
  })

  it('names heads where they do not divide the width', () => {
    const issue = gpt2Schema.safeParse({ layers: 1, width: 8, heads: 3 }).error?.issues[0]
    expect(issue).toMatchObject({
      path: ['heads'],
      message: 'heads must divide width: 8 / 3 is not whole; 2 or 4 would do',
    })
  })

  it('can be written as JSON Schema', () => {
    expect(z.toJSONSchema(gpt2Schema, { io: 'input' })).toMatchObject({
      properties: { preset: { enum: expect.arrayContaining(['gpt2', 'gpt3']) }, heads: { type: 'integer' } },
      additionalProperties: false,
    })
  })
})
