import { expect, test } from 'vitest'
import { type HeadPatternName, headJudge, headLabel, headPatternNames, type JudgedText } from './patterns.ts'

const N = 'noun' as const
const V = 'verb' as const
const P = 'punctuation' as const
//                     0  1  2  3  4  5
const text: JudgedText = { ids: [7, 8, 7, 9, 8, 7], kinds: [N, V, undefined, P, N, V] }

/** Heads that do one thing only: all attention of token i to `place(i)`. */
function maps(time: number, ...places: ((i: number) => number)[]): Float32Array {
  const map = new Float32Array(places.length * time * time)
  places.forEach((place, head) => {
    for (let i = 0; i < time; i++) map[(head * time + i) * time + place(i)] = 1
  })
  return map
}

const judge = (attention: Float32Array, heads: number, causal: boolean, patterns = headPatternNames) => {
  const judging = headJudge({ layers: 1, heads, patterns })
  judging.add(text, [attention], causal)
  return judging.scores()
}

test('a head that always looks back by one is told so, with what chance would give', () => {
  const [head] = judge(
    maps(6, i => Math.max(0, i - 1)),
    1,
    true,
  )
  const label = headLabel(head!.scores)!
  expect(label.pattern).toBe('previous token')
  expect(label.score).toBe(1)
  // Tokens 1 to 5 see 2 to 6 places.
  expect(label.chance).toBeCloseTo((1 / 2 + 1 / 3 + 1 / 4 + 1 / 5 + 1 / 6) / 5, 12)
})

test.each<[HeadPatternName, boolean, (i: number) => number, number]>([
  ['next token', false, i => Math.min(5, i + 1), 5],
  ['itself', true, i => i, 5],
  ['first token', true, () => 0, 5],
  // Token 2 looks at 0, 4 at 1, 5 at 2.
  ['same token', true, i => [0, 0, 0, 0, 1, 2][i]!, 3],
  ['punctuation', false, () => 3, 5],
  ['noun to noun', false, i => (i === 0 ? 4 : 0), 2],
  ['verb to its noun', true, i => (i === 1 ? 0 : 4), 2],
])('%s', (pattern, causal, place, _tokens) => {
  const [head] = judge(maps(6, place), 1, causal, [pattern] as never)
  expect(head!.scores).toHaveLength(1)
  expect(head!.scores[0]!.score).toBe(1)
  expect(head!.scores[0]!.chance).toBeLessThan(0.7)
})

test('a head that looks at all alike scores as chance does, and has no label', () => {
  for (const causal of [true, false]) {
    const even = new Float32Array(36)
    for (let i = 0; i < 6; i++) {
      const seen = causal ? i + 1 : 6
      even.fill(1 / seen, i * 6, i * 6 + seen)
    }
    const [head] = judge(even, 1, causal)
    for (const { score, chance } of head!.scores) expect(score).toBeCloseTo(chance, 6)
    expect(headLabel(head!.scores)).toBeUndefined()
  }
})

test('what no token says anything of is left out; several texts count by their tokens', () => {
  const judging = headJudge({ layers: 2, heads: 2, patterns: ['noun to noun', 'first token'] })
  const plain = { ids: [1, 2, 3], kinds: [undefined, undefined, undefined] }
  const first = maps(
    3,
    () => 0,
    i => i,
  )
  judging.add(plain, [first, first], true)
  expect(judging.scores().map(({ layer, head }) => [layer, head])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
  expect(judging.scores()[0]!.scores).toEqual([{ pattern: 'first token', score: 1, chance: (1 / 2 + 1 / 3) / 2 }])
  judging.add(
    { ids: [4, 5], kinds: [undefined, undefined] },
    [
      maps(
        2,
        i => i,
        i => i,
      ),
      maps(
        2,
        i => i,
        i => i,
      ),
    ],
    true,
  )
  expect(judging.scores()[0]!.scores[0]!.score).toBeCloseTo(2 / 3, 12)
})
