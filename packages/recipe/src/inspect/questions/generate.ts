import { ConfigError } from '@sluice/pipeline'
import { generate as continued, penalized, readOff, samplingProbabilities } from '@sluice/transformer'
import { z } from 'zod'
import { causal } from '../../trained.ts'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import type { GeneratedStep } from '../results.ts'
import { tokenOf, tokensOf } from '../text.ts'

export const generate: Question<'generate'> = {
  params: z.strictObject({
    prompt: text,
    after: z.array(z.int().min(0)).max(10_000).optional(),
    step,
    maxTokens: limit(256),
    temperature: z.number().min(0).optional(),
    topK: z.int().min(1).optional(),
    topP: z.number().gt(0).max(1).optional(),
    minP: z.number().min(0).max(1).optional(),
    repetitionPenalty: z.number().gt(0).optional(),
    seed: z.int().min(0).optional(),
    alternatives: limit(100),
  }),
  async run(run, params, { signal } = {}) {
    const { prompt, after = [], step: asked, maxTokens = 20, seed = 0, alternatives: limit = 10 } = params
    const { temperature = 0.8, topK, topP, minP, repetitionPenalty = 1 } = params
    const sampling = { temperature, topK, topP, minP, repetitionPenalty }
    const tokenizer = await run.tokenizer()
    return run.model(asked, async (model, step) => {
      const { vocabSize } = model.config
      const unknown = after.find(id => id >= vocabSize)
      if (unknown !== undefined) {
        throw new ConfigError(`the vocabulary has ${vocabSize} tokens, there is no token ${unknown}`, {
          place: 'generate.after',
        })
      }
      const encoded = tokenizer.encode(prompt)
      // Without a prompt the model begins a document: after the end of another.
      const begun = [...(encoded.length > 0 ? encoded : [tokenizer.endOfText]), ...after]
      const context = [...begun]
      const steps: GeneratedStep[] = []
      let own = new Float32Array(0)
      const options = {
        ...sampling,
        maxTokens,
        seed,
        first: after.length,
        stop: [tokenizer.endOfText],
        signal,
        onScores(scores: Float32Array) {
          own = scores.slice()
        },
      }
      for await (const { id } of continued(causal(model), begun, options)) {
        const chances = samplingProbabilities(penalized(own, context, repetitionPenalty), sampling)
        const { top, entropy, target } = readOff(own, { limit, target: id })
        const told = (each: number, probability: number) => ({
          ...tokenOf(tokenizer, each),
          probability,
          chance: chances.get(each) ?? 0,
        })
        const alternatives = top.map(({ id: each, probability }) => told(each, probability))
        steps.push({ chosen: told(id, target!.probability), alternatives, kept: chances.size, entropy })
        context.push(id)
      }
      signal?.throwIfAborted()
      const fresh = steps.map(({ chosen }) => chosen.id)
      const ended = fresh.at(-1) === tokenizer.endOfText
      const text = tokenizer.decode([...after, ...(ended ? fresh.slice(0, -1) : fresh)])
      return { step, tokens: tokensOf(tokenizer, begun), steps, text, ended }
    })
  },
}
