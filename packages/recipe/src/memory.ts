import { trainingMemory } from '@sluice/transformer'
import type { Recipe } from './recipe.ts'

/** For a tokenizer whose vocabulary is known only once it is trained or read. */
const unknownVocabulary = 50_000

/** Bytes of tensors that training needs at its peak, estimated; undefined for a model whose shape is not told by its section. */
export function trainingBytes({ model, tokenizer, data }: Recipe): number | undefined {
  if (model.use !== 'gpt2') return undefined
  const vocabSize = typeof tokenizer.vocabSize === 'number' ? tokenizer.vocabSize : unknownVocabulary
  const { layers, width, heads, inner } = model as unknown as Record<'layers' | 'width' | 'heads' | 'inner', number>
  const shape = { vocabSize, blockSize: data.blockSize, layers, width, heads, inner }
  return trainingMemory(shape, { rows: data.batchSize }).total
}
