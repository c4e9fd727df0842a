import type { Json, NamedTensor } from '@sluice/pipeline'
import { gpt2Config } from './config.ts'
import { type Gpt2Model, gpt2 } from './gpt2.ts'
import { gpt2ConfigFromHf } from './read-config.ts'

/**
 * A model from a Hugging Face `config.json` and weights: names with or without the `transformer.` prefix; the causal masks
 * that older files carry (`attn.bias`, `attn.masked_bias`) and a second copy of a tied head are left out.
 *
 * @throws DataError when the config is no GPT-2
 * @throws StateError when a tensor is missing, has no place in the model or another shape
 */
export function gpt2FromHf(json: Json, weights: ReadonlyMap<string, NamedTensor>): Gpt2Model {
  const config = gpt2Config(gpt2ConfigFromHf(json))
  return gpt2(config, { seed: 0, weights: gpt2WeightsFromHf(weights, { tieHead: config.tieHead }) })
}

/** The same tensors under the names that our models use. */
export function gpt2WeightsFromHf(
  weights: ReadonlyMap<string, NamedTensor>,
  { tieHead }: { tieHead: boolean },
): Map<string, NamedTensor> {
  const renamed = new Map<string, NamedTensor>()
  for (const [given, tensor] of weights) {
    if (/(^|\.)h\.\d+\.attn\.(bias|masked_bias)$/.test(given)) continue
    if (given === 'lm_head.weight' && tieHead) continue
    const name = given === 'lm_head.weight' || given.startsWith('transformer.') ? given : `transformer.${given}`
    renamed.set(name, { ...tensor, name })
  }
  return renamed
}
