import type { Registry } from '@sluice/pipeline'
import { trainingMemory } from '@sluice/transformer'
import { modelShape } from './model.ts'
import type { Recipe } from './recipe.ts'

/** For a tokenizer whose vocabulary is known only once it is trained or read. */
const unknownVocabulary = 50_000

/** Bytes of tensors that training needs at its peak, estimated; undefined for a model whose shape is not told by its section. */
export function trainingBytes(recipe: Recipe, registry: Registry): number | undefined {
  const { tokenizer, data } = recipe
  const shape = modelShape({ recipe, registry }, vocabularyOf(tokenizer))
  return shape && trainingMemory(shape, { rows: data.batchSize }).total
}

/** Of a tokenizer that is not made yet: what it is to be trained to, or a usual one. */
export function vocabularyOf(tokenizer: Recipe['tokenizer']): number {
  return typeof tokenizer.vocabSize === 'number' ? tokenizer.vocabSize : unknownVocabulary
}
