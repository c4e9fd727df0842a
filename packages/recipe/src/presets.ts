import { bertPresets, gpt2Presets, llamaPresets } from '@sluice/transformer'

/** Every published shape by name, and the kind of model it is a shape of. */
export const presetFamilies: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ gpt2: gpt2Presets, bert: bertPresets, llama: llamaPresets }).flatMap(([use, presets]) =>
    Object.keys(presets).map(name => [name, use]),
  ),
)
