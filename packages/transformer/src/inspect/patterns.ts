/** What may be known of a token beyond its id. */
export type TokenKind = 'punctuation' | 'noun' | 'verb'

/** A text as heads are judged on it: ids, and what kind of token each is, where that is known. */
export interface JudgedText {
  readonly ids: ArrayLike<number>
  readonly kinds: readonly (TokenKind | undefined)[]
}

/** The places that token i should look at if a head follows a pattern; none where the pattern says nothing of it. */
type Targets = (text: JudgedText, i: number, visible: number) => readonly number[]

export const headPatternNames = [
  'previous token',
  'next token',
  'itself',
  'same token',
  'first token',
  'punctuation',
  'noun to noun',
  'verb to its noun',
] as const
export type HeadPatternName = (typeof headPatternNames)[number]

const where = (visible: number, i: number, wanted: (j: number) => boolean): number[] => {
  const places: number[] = []
  for (let j = 0; j < visible; j++) if (j !== i && wanted(j)) places.push(j)
  return places
}

/**
 * What heads have been found to do (Clark et al. 2019, "What Does BERT Look At?"; Voita et al. 2019, "Analyzing Multi-Head
 * Self-Attention"). `visible`: token i sees the places before that one.
 */
const rules: Readonly<Record<HeadPatternName, Targets>> = {
  'previous token': (_, i) => (i > 0 ? [i - 1] : []),
  'next token': (_, i, visible) => (i + 1 < visible ? [i + 1] : []),
  itself: (_, i) => [i],
  'same token': ({ ids }, i, visible) => where(visible, i, j => ids[j] === ids[i]),
  'first token': (_, i) => (i > 0 ? [0] : []),
  punctuation: ({ kinds }, i, visible) => where(visible, i, j => kinds[j] === 'punctuation'),
  'noun to noun': ({ kinds }, i, visible) => (kinds[i] === 'noun' ? where(visible, i, j => kinds[j] === 'noun') : []),
  // Its subject, most often the nearest before it; its object, where it is seen, the nearest after it.
  'verb to its noun'({ kinds }, i, visible) {
    if (kinds[i] !== 'verb') return []
    const before = kinds.lastIndexOf('noun', i)
    const after = kinds.indexOf('noun', i)
    return [before, after].filter(j => j >= 0 && j < visible)
  },
}

export interface PatternScore {
  readonly pattern: HeadPatternName
  /** Mean share of a token's attention that goes where the pattern says, over the tokens of which it says anything. */
  readonly score: number
  /** The same for attention that is even over all that is seen. */
  readonly chance: number
}

/** Sums over texts, for every head. */
export interface HeadJudge {
  /**
   * @param attention of each layer, [H, T, T]
   * @param causal whether token i sees 0 to i only
   */
  add(text: JudgedText, attention: readonly Float32Array[], causal: boolean): void
  /** Of every head, layer by layer. A pattern of which no token said anything is left out. */
  scores(): { layer: number; head: number; scores: PatternScore[] }[]
}

/** @param patterns which are looked for */
export function headJudge(options: { layers: number; heads: number; patterns: readonly HeadPatternName[] }): HeadJudge {
  const { layers, heads, patterns } = options
  const sums = new Float64Array(layers * heads * patterns.length)
  const chances = new Float64Array(patterns.length)
  const counts = new Float64Array(patterns.length)
  return {
    add(text, attention, causal) {
      const time = text.ids.length
      patterns.forEach((pattern, p) => {
        for (let i = 0; i < time; i++) {
          const visible = causal ? i + 1 : time
          const targets = rules[pattern](text, i, visible)
          // Where all that is seen is a target, there is no choice to judge.
          if (targets.length === 0 || targets.length === visible) continue
          counts[p]!++
          chances[p]! += targets.length / visible
          for (let head = 0; head < layers * heads; head++) {
            const map = attention[Math.floor(head / heads)]!
            const row = ((head % heads) * time + i) * time
            for (const j of targets) sums[head * patterns.length + p]! += map[row + j]!
          }
        }
      })
    },
    scores: () =>
      Array.from({ length: layers * heads }, (_, head) => ({
        layer: Math.floor(head / heads),
        head: head % heads,
        scores: patterns.flatMap((pattern, p) => {
          const count = counts[p]!
          if (count === 0) return []
          return [{ pattern, score: sums[head * patterns.length + p]! / count, chance: chances[p]! / count }]
        }),
      })),
  }
}

/**
 * What a head does most: the pattern whose score is the furthest above chance, as a share of how far it could be; undefined where
 * that is less than `least`.
 */
export function headLabel(scores: readonly PatternScore[], least = 0.1): PatternScore | undefined {
  const above = ({ score, chance }: PatternScore) => (score - chance) / (1 - chance)
  let best: PatternScore | undefined
  for (const each of scores) if (best ? above(each) > above(best) : above(each) >= least) best = each
  return best
}
