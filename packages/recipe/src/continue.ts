import type { Tokenizer } from '@sluice/tokenize'
import { generateBatch, type LanguageModel } from '@sluice/transformer'
import { heldText } from './until.ts'

export interface SamplingText {
  readonly maxTokens: number
  /** 0: always the likeliest token. Default: 1. */
  readonly temperature?: number
  readonly topK?: number | undefined
  readonly topP?: number | undefined
  readonly minP?: number | undefined
  readonly repetitionPenalty?: number | undefined
  /** The text ends before the first of these. Default: none. */
  readonly stopAt?: readonly string[] | undefined
  readonly seed?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ContinueOptions extends SamplingText {
  readonly prompt: string
}

export interface ContinueAllOptions extends SamplingText {
  readonly prompts: readonly string[]
  /** Prompts that are continued side by side. Default: 8. */
  readonly rows?: number | undefined
}

/** What a model wrote after a prompt. */
export interface Continuation {
  readonly prompt: string
  readonly text: string
  /** `end`: by the token that ends a document; `stop`: before a text of `stopAt`; `length`: after `maxTokens`; `aborted` */
  readonly finish: 'end' | 'stop' | 'length' | 'aborted'
  /** All tokens generated, one that ended the text included. */
  readonly tokens: readonly ContinuationToken[]
}

export interface ContinuationToken {
  readonly id: number
  /** What it adds to the text; empty where it ends within a character. */
  readonly text: string
  /** Natural log of the probability that the model gave to it, before temperature and truncation. */
  readonly logprob: number
}

/** Streams what the model writes after a prompt: a token may end within a character, which is then held back until it is whole. */
export async function* continueText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  { prompt, ...options }: ContinueOptions,
): AsyncGenerator<string> {
  for await (const { text } of pieces(model, tokenizer, { ...options, prompts: [prompt] })) if (text) yield text
}

/** Continues several prompts side by side, each as if it were alone. Gives them in the order of the prompts, as they are done. */
export async function* continueTexts(
  model: LanguageModel,
  tokenizer: Tokenizer,
  options: ContinueAllOptions,
): AsyncGenerator<Continuation> {
  const { prompts } = options
  const all = prompts.map(prompt => ({
    prompt,
    text: '',
    finish: undefined as Continuation['finish'] | undefined,
    tokens: [] as ContinuationToken[],
  }))
  let next = 0
  for await (const { prompt, text, finish, token } of pieces(model, tokenizer, options)) {
    const one = all[prompt]!
    one.text += text
    one.finish = finish
    if (token) one.tokens.push(token)
    for (; all[next]?.finish; next++) yield all[next] as Continuation
  }
}

interface Piece {
  readonly prompt: number
  /** What may be told of the text, `finish` with the last of it. */
  readonly text: string
  readonly finish?: Continuation['finish'] | undefined
  readonly token?: ContinuationToken | undefined
}

/** What each token adds to its prompt's text. */
async function* pieces(
  model: LanguageModel,
  tokenizer: Tokenizer,
  { prompts, stopAt = [], ...options }: ContinueAllOptions,
): AsyncGenerator<Piece> {
  const { endOfText } = tokenizer
  const open = new Map(
    prompts.map((_, prompt) => [prompt, { decoder: tokenizer.decoder(), held: heldText(stopAt), count: 0 }]),
  )
  const contexts = prompts.map(prompt => {
    const ids = tokenizer.encode(prompt)
    // Without a prompt the model begins a document: after the end of another.
    return ids.length > 0 ? ids : Int32Array.of(endOfText)
  })
  const last = (prompt: number, text: string): string => {
    const { decoder, held } = open.get(prompt)!
    open.delete(prompt)
    const { text: more, ended } = held.push(decoder.end())
    return text + more + (ended ? '' : held.rest())
  }
  const done = (prompt: number) => !open.has(prompt)
  for await (const { prompt, id, logprob } of generateBatch(model, contexts, { ...options, stop: [endOfText], done })) {
    const one = open.get(prompt)!
    const own = id === endOfText ? '' : one.decoder.push(id)
    const token = { id, text: own, logprob }
    const { text, ended } = one.held.push(own)
    if (ended) {
      open.delete(prompt)
      yield { prompt, text, finish: 'stop', token }
    } else if (id === endOfText) yield { prompt, text: last(prompt, text), finish: 'end', token }
    else if (++one.count === options.maxTokens) yield { prompt, text: last(prompt, text), finish: 'length', token }
    else yield { prompt, text, token }
  }
  // What has begun, and what has not.
  for (const prompt of [...open.keys()]) {
    const finish = options.maxTokens === 0 ? 'length' : 'aborted'
    yield { prompt, text: last(prompt, ''), finish }
  }
}
