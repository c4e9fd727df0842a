import { ingestKinds } from '@sluice/ingest'
import { Registry } from '@sluice/pipeline'
import { refineKinds } from '@sluice/refine'
import { tokenizerKinds } from '@sluice/tokenize'
import { modelKinds } from '@sluice/transformer'

/** A new registry with every kind that comes with Sluice: sources, refining stages, tokenizers, models. Modules of a config add to it. */
export function builtInRegistry(): Registry {
  return new Registry([...ingestKinds, ...refineKinds, ...tokenizerKinds, ...modelKinds])
}
