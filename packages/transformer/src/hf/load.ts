import type { Json, NamedTensor } from '@sluice/pipeline'
import { bertFromHf } from '../bert/hf.ts'
import { gpt2FromHf } from '../gpt2/load.ts'
import { llamaFromHf } from '../llama/hf.ts'
import type { LanguageModel, MaskedModel } from '../model.ts'
import { modelFamilies } from '../shape.ts'
import { objectOf, wrong } from './members.ts'

/**
 * The model that a Hugging Face directory holds: GPT-2, Llama or BERT.
 *
 * @param json its `config.json`
 * @param weights its tensors, float32
 * @throws DataError for another architecture, StateError for weights of another shape
 */
export function modelFromHfConfig(json: Json, weights: ReadonlyMap<string, NamedTensor>): LanguageModel | MaskedModel {
  const { model_type } = objectOf(json)
  if (model_type === 'gpt2') return gpt2FromHf(json, weights)
  if (model_type === 'llama') return llamaFromHf(json, weights)
  if (model_type === 'bert') return bertFromHf(json, weights)
  throw wrong('model_type', modelFamilies.map(family => `"${family}"`).join(' or '), model_type)
}
