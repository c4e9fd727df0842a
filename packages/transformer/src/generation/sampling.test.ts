import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkSampling,
  logProbability,
  penalized,
  type SamplingOptions,
  sampleToken,
  samplingProbabilities,
} from './sampling.ts'

/** Share of each token, over evenly spread random numbers. */
function shares(logits: number[], options: SamplingOptions): number[] {
  const counts = logits.map(() => 0)
  const draws = 10_000
  for (let i = 0; i < draws; i++) counts[sampleToken(Float32Array.from(logits), options, (i + 0.5) / draws)]!++
  return counts.map(count => count / draws)
}
const probabilities = [0.5, 0.25, 0.15, 0.1]
const logits = probabilities.map(p => Math.log(p) + 3)

describe('sampleToken', () => {
  it('follows the softmax', () => {
    shares(logits, {}).forEach((share, id) => {
      expect(share).toBeCloseTo(probabilities[id]!, 3)
    })
  })

  it('follows the temperature', () => {
    const powers = probabilities.map(p => p ** 2)
    const total = powers.reduce((sum, p) => sum + p, 0)
    shares(logits, { temperature: 0.5 }).forEach((share, id) => {
      expect(share).toBeCloseTo(powers[id]! / total, 3)
    })
  })

  it('takes the best at temperature 0 and with k = 1, the first of equals', () => {
    expect(shares([1, 3, 3, 2], { temperature: 0 })).toEqual([0, 1, 0, 0])
    expect(shares([1, 3, 3, 2], { topK: 1 })).toEqual([0, 1, 0, 0])
    expect(shares([-Infinity, -5, -Infinity], {})).toEqual([0, 1, 0])
  })

  it('keeps what is at least a share as probable as the best', () => {
    expect(shares(logits, { minP: 0.4 })[1]).toBeCloseTo(1 / 3, 3)
    expect(shares(logits, { minP: 0.4 }).slice(2)).toEqual([0, 0])
    expect(shares(logits, { minP: 0.25 })[2]).toBeCloseTo(0.15 / 0.9, 3)
    expect(shares(logits, { minP: 1 })).toEqual([1, 0, 0, 0])
    expect(shares(logits, { minP: 0.4, topP: 0.95 }).slice(2)).toEqual([0, 0])
  })

  it('penalizes what the context holds, as Hugging Face does', () => {
    const scores = Float32Array.of(2, -1, 0.5, -4)
    expect([...penalized(scores, [0, 1, 1, 3], 2)]).toEqual([1, -2, 0.5, -8])
    expect(penalized(scores, [0], 1)).toBe(scores)
    expect([...scores]).toEqual([2, -1, 0.5, -4])
  })

  it('keeps the k best', () => {
    const found = shares(logits, { topK: 2 })
    expect(found[0]).toBeCloseTo(2 / 3, 3)
    expect(found[1]).toBeCloseTo(1 / 3, 3)
    expect(found.slice(2)).toEqual([0, 0])
    expect(shares([1, 1, 1], { topK: 2 })).toEqual([0.5, 0.5, 0])
  })

  it('keeps the fewest that hold the share p', () => {
    expect(shares(logits, { topP: 0.4 })).toEqual([1, 0, 0, 0])
    expect(shares(logits, { topP: 0.7 }).map(share => share > 0)).toEqual([true, true, false, false])
    expect(shares(logits, { topP: 0.8 }).map(share => share > 0)).toEqual([true, true, true, false])
    expect(shares(logits, { topP: 1 }).every(share => share > 0)).toBe(true)
  })

  it('measures p among the k', () => {
    // Of 2/3 and 1/3, the first alone holds 0.6.
    expect(shares(logits, { topK: 2, topP: 0.6 })).toEqual([1, 0, 0, 0])
  })

  it('keeps the fewest that hold p where they are many', () => {
    const even = new Float32Array(1000)
    // Of equals the first are kept: 300 of them hold 0.3.
    const found = new Set(Array.from({ length: 900 }, (_, i) => sampleToken(even, { topP: 0.3 }, (i + 0.5) / 900)))
    expect([...found].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, id) => id))
  })

  it.each<[SamplingOptions]>([
    [{}],
    [{ temperature: 0.5, topK: 3 }],
    [{ temperature: 2, topP: 0.8 }],
    [{ topK: 3, topP: 0.7, minP: 0.1 }],
    [{ temperature: 0 }],
  ])('says beforehand how likely each token is to be chosen: %j', options => {
    const told = samplingProbabilities(Float32Array.from(logits), options)
    shares(logits, options).forEach((share, id) => {
      expect(told.get(id) ?? 0).toBeCloseTo(share, 3)
    })
  })

  it('always gives an eligible token', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.record({
          temperature: fc.double({ min: 0, max: 3, noNaN: true }),
          topK: fc.integer({ min: 1, max: 60 }),
          topP: fc.double({ min: 1e-6, max: 1, noNaN: true }),
        }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (values, options, uniform) => {
          const id = sampleToken(Float32Array.from(values), options, uniform)
          const better = Float32Array.from(values).filter(value => value > Math.fround(values[id]!)).length
          return better < options.topK
        },
      ),
    )
  })
})

const golden: {
  options: SamplingOptions
  scores: number[]
  context: number[]
  probabilities: number[]
  logprobs: number[]
}[] = JSON.parse(readFileSync(new URL('../../golden/sampling.json', import.meta.url), 'utf8'))

it.each(golden.map(one => [JSON.stringify(one.options), one.scores.length, one] as const))(
  'gives the probabilities of the logits processors of transformers: %s, %i tokens',
  (_, count, { options, scores, context, probabilities, logprobs }) => {
    const given = Float32Array.from(scores)
    const counts = new Float64Array(count)
    const draws = 20_000
    const left = penalized(given, context, options.repetitionPenalty ?? 1)
    for (let i = 0; i < draws; i++) counts[sampleToken(left, options, (i + 0.5) / draws)]!++
    probabilities.forEach((probability, id) => {
      expect(Math.abs(counts[id]! / draws - probability), `token ${id}`).toBeLessThan(2 / draws + 1e-6)
      if (probability === 0) expect(counts[id]).toBe(0)
      expect(logProbability(given, id)).toBeCloseTo(logprobs[id]!, 5)
    })
  },
)

it('logProbability is the log of the softmax', () => {
  probabilities.forEach((p, id) => {
    expect(logProbability(Float32Array.from(logits), id)).toBeCloseTo(Math.log(p), 6)
  })
  expect(logProbability(Float32Array.from([1000, 0]), 0)).toBe(0)
})

it.each<[SamplingOptions, string]>([
  [{ temperature: -1 }, 'ConfigError: temperature: expected a number from 0, found -1'],
  [{ temperature: Number.NaN }, 'ConfigError: temperature: expected a number from 0, found NaN'],
  [{ topK: 0 }, 'ConfigError: topK: expected a whole number from 1, found 0'],
  [{ topP: 0 }, 'ConfigError: topP: expected a share above 0 and at most 1, found 0'],
])('refuses %j', (options, message) => {
  let found = 'taken'
  try {
    checkSampling(options)
  } catch (error) {
    found = `${(error as Error).name}: ${error}`
  }
  expect(found).toBe(message)
})
