// What can be asked of a run, and what the answers are. Types only, free of Node, so that a page may import them.

/**
 * A vector, or a matrix row by row. Where it is computed it is a typed array; once it has been through JSON, an array. NaN and
 * infinities come through JSON as null.
 */
export type Numbers = ArrayLike<number>

/** One entry of the vocabulary. */
export interface Token {
  readonly id: number
  /**
   * Its text; where that is part of a character, its bytes as `<e5>`. At most 200 characters, the last of them "…" where there
   * are more. Untrusted: it may hold control characters and markup.
   */
  readonly text: string
}

/** A token that may come, and how likely it is: 0 to 1. */
export interface Prediction extends Token {
  readonly probability: number
}

/** Which of the run's kept snapshots is meant. */
export interface OfStep {
  /** Default: the latest. */
  readonly step?: number | undefined
}

// --- about: what the run is

export type AboutParams = Readonly<Record<string, never>>

export interface About {
  /** The folder's name. */
  readonly name: string
  readonly family: 'gpt2' | 'llama' | 'bert'
  /** `next`: continues a text; `masked`: fills in masks. */
  readonly predicts: 'next' | 'masked'
  readonly vocabSize: number
  /** Longest context, tokens. */
  readonly blockSize: number
  readonly layers: number
  readonly heads: number
  readonly width: number
  /** Numbers that training changes. */
  readonly parameters: number
  readonly positions: PositionKind
  /** Of the tokenizer. */
  readonly tokenizer: { readonly kind: string; readonly vocabSize: number }
  /** How the mask token is spelt, where the tokenizer has one. */
  readonly mask?: string
  /** Kept snapshots, rising: 0 is the random beginning. */
  readonly steps: readonly number[]
  /** Whether the run keeps a held-out text (`ablate`, `heads`) and losses of documents (`blame`). */
  readonly evaluation: boolean
  readonly blame: boolean
}

// --- tokens: a text, cut

export interface TokensParams {
  readonly text: string
  /** Tokens given at most. Default: 2000. */
  readonly limit?: number | undefined
}

export interface CutToken extends Token {
  /** Its bytes, the first 64 of them. */
  readonly bytes: readonly number[]
  /** Where in the text it stands, in UTF-16 units, as `slice` counts; absent where the tokenizer cannot tell. */
  readonly start?: number
  readonly end?: number
}

export interface Cut {
  /** Name of who cut it, and how many different tokens it knows; undefined where there is no such number. */
  readonly tokenizer: string
  readonly vocabSize?: number
  /** The first `limit`. */
  readonly tokens: readonly CutToken[]
  /** Of the whole text. */
  readonly total: number
  readonly bytes: number
  readonly bytesPerToken: number
}

// --- compare: the same text cut by another tokenizer

export interface CompareParams extends TokensParams {
  /** One of `choices`. Default: the first. */
  readonly with?: string | undefined
}

export interface Compared {
  readonly own: Cut
  readonly other: Cut
  /**
   * What there is to compare with: other runs beside this one, by folder name, and the cuts that need no training (`bytes`,
   * `characters`, `words`), whose tokens have the id -1.
   */
  readonly choices: readonly string[]
}

// --- neighbors: which tokens' vectors lie near one

export interface NeighborsParams extends OfStep {
  /** Its text as it is cut, or its id. A text that is not one token is tried with a space before it. */
  readonly token: string | number
  /** Default: 10. */
  readonly limit?: number | undefined
}

export interface Neighbors {
  readonly step: number
  readonly token: Token
  /** Length of its vector. */
  readonly norm: number
  /** The nearest first, itself left out; `similarity` is the cosine. */
  readonly neighbors: readonly (Token & { readonly similarity: number })[]
  /** The mean cosine to the whole vocabulary: what is no nearer than this is not near. */
  readonly mean: number
}

// --- embeddings: a map of the vocabulary

export interface EmbeddingsParams extends OfStep {
  /** The step whose principal axes are the map's, so that points can be followed from step to step. Default: the latest. */
  readonly basis?: number | undefined
  /** 2 or 3. Default: 2. */
  readonly dimensions?: number | undefined
  /** Tokens given at most: those of the lowest ids, which byte-pair encoding learned first. Default: 2000. */
  readonly limit?: number | undefined
  /** Further ids to be among them. */
  readonly ids?: readonly number[] | undefined
}

export interface Embeddings {
  readonly step: number
  readonly basis: number
  readonly dimensions: number
  readonly tokens: readonly Token[]
  /** [tokens, dimensions] */
  readonly points: Numbers
  /** Length of each token's vector. */
  readonly norms: Numbers
  /** Share of the variance of the step's vectors along each axis, 0 to 1. */
  readonly explained: Numbers
  /** Rows the axes were found from: all of the vocabulary, or a sample of a large one. */
  readonly rows: number
}

// --- positions: how the model is told where a token stands

export type PositionKind = 'learned' | 'sinusoidal' | 'rotary' | 'none'

export interface PositionsParams extends OfStep {
  /** Positions and channels given at most. Default: 256. */
  readonly limit?: number | undefined
}

export interface Positions {
  readonly step: number
  readonly kind: PositionKind
  /** Positions shown, and how many channels of each. With `none` both are 0. */
  readonly positions: number
  readonly channels: number
  /** Of all there are: every so many. */
  readonly everyPosition: number
  readonly everyChannel: number
  /** [positions, channels]: the encoding; of rotary positions the cosine of each pair's angle. */
  readonly encoding: Numbers
  /** [positions, positions]: cosine of the encodings of two positions; of rotary ones the mean cosine of the angle between. */
  readonly similarity: Numbers
  /** [distances]: mean similarity of two positions that are `distances[i]` apart. */
  readonly distances: Numbers
  readonly byDistance: Numbers
}

// --- attention: who looks at whom

export interface AttentionParams extends OfStep {
  readonly text: string
  /** Default: every one. */
  readonly layer?: number | undefined
  readonly head?: number | undefined
  /** Tokens of the text looked at, at most. Default: 64. */
  readonly limit?: number | undefined
}

export interface Attention {
  readonly step: number
  /** T, those looked at. */
  readonly tokens: readonly Token[]
  /** Of the whole text. */
  readonly total: number
  readonly layers: number
  readonly heads: number
  /** Whether tokens see only what is before them. */
  readonly causal: boolean
  /** [T, T] each: row i says how token i divides its attention among the tokens. Rows sum to 1. */
  readonly maps: readonly { readonly layer: number; readonly head: number; readonly weights: Numbers }[]
}

// --- heads: what each head does most

/** `next token` only of models that see it. `same token`: another occurrence of the token. */
export type HeadPattern =
  | 'previous token'
  | 'next token'
  | 'itself'
  | 'same token'
  | 'first token'
  | 'punctuation'
  | 'noun to noun'
  | 'verb to its noun'

export interface HeadsParams extends OfStep {
  /** Default: the run's held-out text. */
  readonly text?: string | undefined
  /** Whether nouns and verbs are looked for, with a tagger of English. Default: false. */
  readonly tags?: boolean | undefined
  /** Tokens looked at, at most. Default: 2048. */
  readonly limit?: number | undefined
}

export interface HeadScore {
  readonly pattern: HeadPattern
  /** The mean share of attention that goes where the pattern says, of tokens for which it says anything: 0 to 1. */
  readonly score: number
  /** The same of a head that looks at all it sees alike. */
  readonly chance: number
}

export interface Head {
  readonly layer: number
  readonly head: number
  /** The pattern with the highest share above chance, (score - chance) / (1 - chance); absent where none reaches a tenth. */
  readonly label?: HeadPattern
  readonly score?: number
  readonly chance?: number
  readonly scores: readonly HeadScore[]
}

export interface Heads {
  readonly step: number
  readonly tokens: number
  readonly text: 'evaluation' | 'given'
  readonly patterns: readonly HeadPattern[]
  /** Layer by layer. */
  readonly heads: readonly Head[]
}

// --- lens: the prediction read off after each layer

export interface LensParams extends OfStep {
  readonly text: string
  /** Predictions of each place. Default: 5. */
  readonly limit?: number | undefined
  /** Tokens of the text looked at, at most. Default: 64. */
  readonly tokens?: number | undefined
}

export interface LensCell {
  /** The likeliest, falling. */
  readonly top: readonly Prediction[]
  /** Of the whole distribution, nats. */
  readonly entropy: number
  /** Of what stands there: the next token, or for BERT the token itself; absent after the last. `rank` 1 is the likeliest. */
  readonly target?: { readonly probability: number; readonly rank: number }
}

export interface Lens {
  readonly step: number
  /** T */
  readonly tokens: readonly Token[]
  readonly total: number
  /** The token that each place is to foretell; absent after the last. For BERT the token itself. */
  readonly targets: readonly (Token | undefined)[]
  /** layers + 1: the embedding (layer 0), then after each layer; the last is the model's own answer. `cells` are T. */
  readonly rows: readonly { readonly layer: number; readonly cells: readonly LensCell[] }[]
}

// --- generate: step by step

export interface GenerateParams extends OfStep {
  readonly prompt: string
  /** Ids chosen after the prompt so far: generation goes on after them as it would have in one go. Default: none. */
  readonly after?: readonly number[] | undefined
  /** At most 256. Default: 20. */
  readonly maxTokens?: number | undefined
  /** 0: always the likeliest. Default: 0.8. */
  readonly temperature?: number | undefined
  readonly topK?: number | undefined
  readonly topP?: number | undefined
  readonly minP?: number | undefined
  readonly repetitionPenalty?: number | undefined
  /** Default: 0. */
  readonly seed?: number | undefined
  /** Likeliest tokens told of each step. Default: 10. */
  readonly alternatives?: number | undefined
}

/** A token that might have come. */
export interface Alternative extends Prediction {
  /** Its probability once temperature, penalty and truncation have been at work; 0 where they leave it out. */
  readonly chance: number
}

export interface GeneratedStep {
  readonly chosen: Alternative
  /** The likeliest by the model's own probability, falling. */
  readonly alternatives: readonly Alternative[]
  /** How many tokens truncation left. */
  readonly kept: number
  /** Of the model's own distribution, nats. */
  readonly entropy: number
}

export interface Generated {
  readonly step: number
  /** The prompt, and `after`. */
  readonly tokens: readonly Token[]
  readonly steps: readonly GeneratedStep[]
  /** What `after` and the new tokens say. */
  readonly text: string
  /** Whether the model ended the text. */
  readonly ended: boolean
}

// --- fill: what stands at a mask

export interface FillParams extends OfStep {
  /** With the tokenizer's mask token in it. */
  readonly text: string
  /** Default: 10. */
  readonly limit?: number | undefined
}

export interface Fillings {
  readonly step: number
  readonly tokens: readonly Token[]
  /** `place` among `tokens`; the likeliest first. */
  readonly masks: readonly { readonly place: number; readonly fillings: readonly Prediction[] }[]
  /** The text with the likeliest in place of each mask. */
  readonly text: string
}

// --- contexts: the same word in two texts

export interface ContextsParams extends OfStep {
  readonly word: string
  /** Two texts with the word in them; its first occurrence counts. */
  readonly a: string
  readonly b: string
  /** Channels of the vectors given at most: every so many. Default: 256. */
  readonly limit?: number | undefined
}

export interface InContext {
  readonly tokens: readonly Token[]
  /** Which of them the word is; its vector is their mean. */
  readonly places: readonly number[]
  /** [layers + 1, channels] */
  readonly vectors: Numbers
  /** [layers + 1] */
  readonly norms: Numbers
}

export interface Contexts {
  readonly step: number
  readonly word: string
  readonly a: InContext
  readonly b: InContext
  readonly channels: number
  readonly everyChannel: number
  /** [layers + 1]: cosine of the word's two vectors; 0 is the embedding. */
  readonly similarity: Numbers
  /** [layers + 1]: mean cosine of other tokens of the one text with other tokens of the other, for comparison. */
  readonly others: Numbers
  /** [2, layers + 1, 2]: the word's way through the layers in each text, on the plane that shows most of it. */
  readonly paths: Numbers
}

// --- weights: what became of each tensor

export interface WeightsParams {
  /** Default: every kept one. */
  readonly steps?: readonly number[] | undefined
  /** Bars of a histogram of each tensor's values. Default: 0, none. */
  readonly bins?: number | undefined
}

export interface WeightChange {
  readonly name: string
  /** embeddings, positions, attention, feed-forward or norms */
  readonly group: string
  /** Of which layer; absent where it is of none. */
  readonly layer?: number
  readonly shape: readonly number[]
  readonly count: number
  /** One each step: length, mean and standard deviation of the values. */
  readonly norm: Numbers
  readonly mean: Numbers
  readonly spread: Numbers
  /** One each step: length of the difference to the first step, and that over the first step's norm (null where that is 0). */
  readonly change: Numbers
  readonly relative: readonly (number | null)[]
  /** Between the smallest and the largest value of all steps; counts are [steps, bins]. */
  readonly histogram?: { readonly from: number; readonly to: number; readonly counts: Numbers }
}

export interface Weights {
  readonly steps: readonly number[]
  readonly tensors: readonly WeightChange[]
  /** The same of all tensors of a group together; `name` is the group's. */
  readonly groups: readonly Omit<WeightChange, 'histogram' | 'layer' | 'shape'>[]
}

// --- ablate: where knowledge sits

export interface AblateParams extends OfStep {
  /** Tokens of the held-out text at most. Default: 4096. */
  readonly limit?: number | undefined
  /** Which parts to put back, by their names. Default: the groups and the layers. */
  readonly parts?: readonly string[] | undefined
}

export interface Ablated {
  /** `embeddings`, `positions`, `attention`, `feed-forward`, `norms`, `layer 0`, `layer 0 attention`, `layer 0 feed-forward` … */
  readonly part: string
  /** Numbers put back. */
  readonly parameters: number
  /** Nats a token with this part as at step 0 and all others as trained. */
  readonly loss: number
  /** By how much that is more. */
  readonly increase: number
}

export interface Ablation {
  readonly step: number
  /** Targets measured. */
  readonly tokens: number
  /** As trained, and with everything put back: nats a token. */
  readonly loss: number
  readonly atStart: number
  readonly parts: readonly Ablated[]
}

// --- blame: which documents were hardest

export interface BlameParams {
  /** Of this step alone. Default: of the whole run. */
  readonly step?: number | undefined
  /** Documents given. Default: 20. */
  readonly limit?: number | undefined
}

export interface BlamedSource {
  readonly source: string
  readonly documents: number
  readonly tokens: number
  /** Nats a token, and by how much that lay above the batches it was in. */
  readonly loss: number
  readonly excess: number
}

export interface Blamed {
  /** The worst first. */
  readonly documents: readonly {
    readonly doc_id: string
    readonly source: string
    readonly tokens: number
    readonly loss: number
    readonly excess: number
    readonly steps: readonly number[]
  }[]
  /** Of all documents, the worst first. */
  readonly sources: readonly BlamedSource[]
}

/** Every question by its name: what it takes and what it gives. */
export interface Questions {
  readonly about: { readonly params: AboutParams; readonly result: About }
  readonly tokens: { readonly params: TokensParams; readonly result: Cut }
  readonly compare: { readonly params: CompareParams; readonly result: Compared }
  readonly neighbors: { readonly params: NeighborsParams; readonly result: Neighbors }
  readonly embeddings: { readonly params: EmbeddingsParams; readonly result: Embeddings }
  readonly positions: { readonly params: PositionsParams; readonly result: Positions }
  readonly attention: { readonly params: AttentionParams; readonly result: Attention }
  readonly heads: { readonly params: HeadsParams; readonly result: Heads }
  readonly lens: { readonly params: LensParams; readonly result: Lens }
  readonly generate: { readonly params: GenerateParams; readonly result: Generated }
  readonly fill: { readonly params: FillParams; readonly result: Fillings }
  readonly contexts: { readonly params: ContextsParams; readonly result: Contexts }
  readonly weights: { readonly params: WeightsParams; readonly result: Weights }
  readonly ablate: { readonly params: AblateParams; readonly result: Ablation }
  readonly blame: { readonly params: BlameParams; readonly result: Blamed }
}

export type QuestionName = keyof Questions
