import type { CheckpointConfig } from '@sluice/checkpoint'
import type { BackendName } from '@sluice/compute'
import type { MixUnit, Quantity, ShardOptions, Workers } from '@sluice/pipeline'
import type { TrainConfig } from '@sluice/trainer'

/** A section that names its kind; what else stands in it is the kind's own. */
export interface UseSection {
  readonly use: string
  readonly [key: string]: unknown
}

export interface SourceSection extends UseSection {
  readonly id?: string
  readonly weight: number
  readonly epochs?: number
  readonly shard?: ShardOptions
  readonly skip?: number | Quantity
  readonly take?: number | Quantity
}

/** A recipe as checked: every default filled in, every size in bytes. What `recipeSchema` makes of a config. */
export interface Recipe {
  readonly $schema?: string
  readonly name: string
  readonly modules?: readonly string[]
  readonly seed: number
  readonly memory: number
  readonly sources: readonly SourceSection[]
  readonly mix: { readonly unit: MixUnit; readonly frame?: number; readonly epochs?: number }
  readonly refine: readonly (UseSection & { readonly workers?: Workers })[]
  readonly tokenizer: UseSection & { readonly trainOn: number; readonly workers?: Workers }
  readonly data: {
    readonly blockSize: number
    readonly batchSize: number
    readonly pack: {
      readonly fit: 'stream' | 'documents'
      readonly gaps: 'split' | 'crop' | 'pad'
      readonly window: number
    }
    readonly shuffle: number
    readonly cache?: { readonly dir?: string; readonly limit?: number }
    readonly mask: {
      readonly share: number
      readonly maskShare: number
      readonly randomShare: number
      readonly wholeWords: boolean
      readonly workers?: Workers
    }
    readonly evaluation: { readonly share: number; readonly by: 'document' | 'tail'; readonly tokens: number }
  }
  /** Not in checkpoints of earlier versions. */
  readonly dataWorkers?: Workers
  readonly model: UseSection
  readonly init?: string
  readonly train: TrainConfig
  readonly checkpoint: CheckpointConfig
  readonly perBackend?: Readonly<Partial<Record<BackendName, Readonly<Record<string, unknown>>>>>
}
