import { checkpointConfig } from '@sluice/checkpoint'
import { byteSize, type Registry, useSchema } from '@sluice/pipeline'
import { trainConfig } from '@sluice/trainer'
import { type ZodObject, type ZodRawShape, z } from 'zod'
import { dataSchema } from './data.ts'
import { mixSchema } from './mix.ts'
import { partialOf } from './partial.ts'
import { sourceKeys } from './source.ts'

const backends = ['tensorflow', 'native', 'wasm', 'cpu'] as const

const identity: ZodRawShape = {
  $schema: z.string().optional().describe('Where the schema of this file lies, so that an editor can complete it.'),
  name: z
    .string()
    .regex(/^[\w][\w.-]*$/, { error: 'expected letters, digits, "-", "_" and "."' })
    .describe('Name of the run and of its folder.'),
  modules: z
    .array(z.string())
    .optional()
    .describe('Modules that add kinds of their own: paths to .js or .mjs files, or names of packages.'),
}

const tokenizerKeys: ZodRawShape = {
  trainOn: byteSize().default(50_000_000).describe('A tokenizer that is trained reads at most so much text.'),
}

/**
 * The schema of a recipe: what a `config.json` may say, given the kinds that the registry knows. Every object is strict and
 * every key is described, so that the exported JSON Schema completes and explains it in an editor.
 */
export function recipeSchema(registry: Registry): ZodObject {
  const use = (place: string, shared: ZodRawShape = {}) => useSchema(registry, place, shared)
  const substance = {
    seed: z.int().min(0).default(1).describe('All randomness of the run follows from it.'),
    memory: byteSize()
      .default(1_000_000_000)
      .describe('What the process may take to bring text to the trainer, such as "1GB"; the model comes on top.'),
    sources: z.array(use('source', sourceKeys)).min(1).describe('Where the text comes from.'),
    mix: mixSchema.prefault({}).describe('How several sources become one stream.'),
    refine: z
      .array(use('refine'))
      .default([])
      .describe('What happens to documents before they are tokenized, in order.'),
    tokenizer: use('tokenizer', tokenizerKeys).describe('How text becomes tokens.'),
    data: dataSchema.prefault({}).describe('How tokens become batches.'),
    model: use('model').describe('What is trained.'),
    init: z
      .string()
      .optional()
      .describe('Weights to begin with: a directory of Hugging Face’s, or of a checkpoint. Left out: random ones.'),
    train: trainConfig.describe('How it is trained.'),
    checkpoint: checkpointConfig.prefault({}).describe('What is kept of it, and how often.'),
  }
  // With an id, the JSON Schema says it once and refers to it.
  const variant = partialOf(z.strictObject(substance)).meta({ id: 'variant' })
  const variants = backends.map(name => [name, variant.optional().describe(`What differs on the ${name} backend.`)])
  return z.strictObject({
    ...identity,
    ...substance,
    perBackend: z
      .strictObject(Object.fromEntries(variants))
      .optional()
      .describe('What differs per backend: merged into the rest, key by key, once the backend is chosen.'),
  })
}
