import type { Json, NamedTensor } from '@sluice/pipeline'
import { DataError } from '@sluice/pipeline'
import { type BertModel, bert } from './bert.ts'
import { bertConfig } from './config.ts'
import { bertConfigFromHf } from './hf-config.ts'

/** What a directory holds beside the model for masked tokens: the copy of the tied table, other heads, a list of places. */
const beside = /^(cls\.predictions\.decoder\.|cls\.seq_relationship\.|bert\.pooler\.|bert\.embeddings\.position_ids$)/

/** The model of a Hugging Face directory of BertForMaskedLM or BertForPreTraining. */
export function bertFromHf(json: Json, weights: ReadonlyMap<string, NamedTensor>): BertModel {
  const config = bertConfig(bertConfigFromHf(json))
  const kept = new Map<string, NamedTensor>()
  for (const [given, tensor] of weights) {
    if (beside.test(given)) continue
    // The names of the first checkpoints.
    const name = given.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias')
    kept.set(name, { ...tensor, name })
  }
  if (!kept.has('cls.predictions.bias')) {
    throw new DataError('this BERT has no head for masked tokens', {
      place: 'cls.predictions.bias',
      advice: 'load a directory of BertForMaskedLM or BertForPreTraining',
    })
  }
  return bert(config, { seed: 0, weights: kept })
}
