import { Registry } from '@sluice/pipeline'
import { tokenizerKinds } from '@sluice/tokenize'
import { modelKinds } from '@sluice/transformer'
import { dataKinds } from './data-side/kinds.ts'

/** A new registry with every kind that comes with Sluice: sources, refining stages, tokenizers, models. Modules of a config add to it. */
export function builtInRegistry(): Registry {
  return new Registry([...dataKinds, ...tokenizerKinds, ...modelKinds])
}
