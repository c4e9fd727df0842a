import { checkpointConfig } from '@sluice/checkpoint'
import { byteSize, type Registry, useSchema } from '@sluice/pipeline'
import { trainConfig } from '@sluice/trainer'
import { type ZodObject, type ZodRawShape, z } from 'zod'
import { dataSchema } from './data.ts'
import { mixSchema } from './mix.ts'
import { partialOf } from './partial.ts'
import { sourceKeys } from './source.ts'
import { workers } from './workers.ts'

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
  workers: workers
    .optional()
    .describe('Threads that encode; "auto": one for each core. Left out: what dataWorkers has beyond the first.'),
}

const refineKeys: ZodRawShape = {
  workers: workers
    .optional()
    .describe(
      'Threads that this stage runs in, if it keeps no state, for all sources together; "auto": one for each core. Left out: none.',
    ),
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
      .array(use('refine', refineKeys))
      .superRefine((sections, context) => {
        for (const [i, { use, workers }] of sections.entries()) {
          if (workers === undefined || registry.get('refine', use).parallel) continue
          context.addIssue({ code: 'custom', path: [i, 'workers'], message: keepsState(use, registry) })
        }
      })
      .default([])
      .describe('What happens to documents before they are tokenized, in order.'),
    tokenizer: use('tokenizer', tokenizerKeys).describe('How text becomes tokens.'),
    data: dataSchema.prefault({}).describe('How tokens become batches.'),
    dataWorkers: workers
      .default(0)
      .describe(
        'Threads for the data: with 1, batches are made in a thread beside training; those beyond it encode. 0: all in one thread.',
      ),
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

function keepsState(use: string, registry: Registry): string {
  const may = registry.of('refine').filter(kind => kind.parallel)
  const names = may.map(kind => kind.use).sort()
  return `"${use}" keeps state from document to document and cannot run in workers; these can: ${names.join(', ')}`
}
