import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Floats,
  readCheckpoint,
  writeHfDirectory,
  writeParquetWeights,
  writeSafetensors,
} from '@sluice/checkpoint'
import { ConfigError } from '@sluice/pipeline'
import { checkpointIn } from './trained.ts'

export const exportFormats = ['hf', 'safetensors', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportOptions {
  /** Folder of a run, or of one checkpoint. */
  readonly path: string
  /** Of the checkpoint; default: the latest. */
  readonly step?: number | undefined
  /** A directory for `hf`, else a file. */
  readonly out: string
  /** `hf`: a directory that `from_pretrained` opens; else the weights alone. */
  readonly format: ExportFormat
  /** Default F32. */
  readonly floats?: Floats | undefined
  /** Of `hf`: bytes of weights in a file at most. Default 5e9. */
  readonly shardBytes?: number | undefined
}

/** Files that make a checkpoint what Hugging Face opens, beside weights and config. */
const beside = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
]

/**
 * Writes a trained model for others.
 *
 * @returns the step and what was written
 * @throws StateError where there is no such checkpoint, ConfigError for what a format cannot be
 */
export async function exportModel(options: ExportOptions): Promise<{ step: number; files: string[] }> {
  const { out, format, floats = 'F32', shardBytes } = options
  const path = await checkpointIn(options.path, options.step)
  const { step, weights, files } = await readCheckpoint(path, { part: 'weights' })
  if (format === 'parquet') {
    if (floats !== 'F32') throw new ConfigError('Parquet weights are float32, which is what SQL engines read')
    await writeParquetWeights(out, weights.values())
    return { step, files: [out] }
  }
  if (format === 'safetensors') {
    await writeSafetensors(out, weights.values(), { floats })
    return { step, files: [out] }
  }
  const others = new Map<string, string>()
  for (const name of beside) {
    const text = await readFile(join(path, name), 'utf8').catch(() => undefined)
    if (text !== undefined) others.set(name, text)
  }
  const config = JSON.parse(await files('config.json'))
  const sharding = shardBytes === undefined ? {} : { shardBytes }
  const names = await writeHfDirectory(out, { weights, config, files: others, floats, ...sharding })
  return { step, files: [...names, 'config.json', ...others.keys()].map(name => join(out, name)) }
}
