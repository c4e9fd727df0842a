import type { Json, NamedTensor } from '@sluice/pipeline'
import { llamaConfig } from './config.ts'
import { llamaConfigFromHf } from './hf-config.ts'
import { type LlamaModel, llama } from './llama.ts'

/** The model of a Hugging Face directory of LlamaForCausalLM or LlamaModel. */
export function llamaFromHf(json: Json, weights: ReadonlyMap<string, NamedTensor>): LlamaModel {
  const config = llamaConfig(llamaConfigFromHf(json))
  const renamed = new Map<string, NamedTensor>()
  for (const [given, tensor] of weights) {
    // Tables that old versions wrote, and a second copy of a tied head.
    if (given.endsWith('.rotary_emb.inv_freq') || (given === 'lm_head.weight' && config.tieHead)) continue
    const name = given === 'lm_head.weight' || given.startsWith('model.') ? given : `model.${given}`
    renamed.set(name, { ...tensor, name })
  }
  return llama(config, { seed: 0, weights: renamed })
}
