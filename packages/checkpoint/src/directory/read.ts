import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, type Json, type NamedTensor, StorageError } from '@sluice/pipeline'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { readSafetensors } from '../safetensors/read.ts'

/** What a Hugging Face directory holds of a model. */
export interface HfDirectory {
  readonly config: Json
  /** As float32, whatever they are written as. */
  readonly weights: Map<string, NamedTensor>
}

const indexName = 'model.safetensors.index.json'

/**
 * Reads the model of a Hugging Face directory: `config.json` and `model.safetensors`, or the files that
 * `model.safetensors.index.json` names.
 *
 * @throws StorageError where a file is missing, DataError where one is damaged or lacks what the index says it holds
 */
export async function readHfDirectory(
  dir: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<HfDirectory> {
  const config = (await json(join(dir, 'config.json'))) as Json
  const names = await files.names(dir)
  if (!names.includes(indexName)) {
    if (!names.includes('model.safetensors')) {
      throw new StorageError('expected model.safetensors or an index of several files, found neither', {
        file: dir,
        advice: 'weights in PyTorch’s own format must be saved as safetensors first',
      })
    }
    return { config, weights: (await readSafetensors(join(dir, 'model.safetensors'), { files })).tensors }
  }
  const file = join(dir, indexName)
  const { weight_map } = ((await json(file)) ?? {}) as { weight_map?: Record<string, string> }
  if (weight_map === null || typeof weight_map !== 'object') throw new DataError('expected a weight_map', { file })
  const weights = new Map<string, NamedTensor>()
  for (const name of new Set(Object.values(weight_map))) {
    // The index is data: it must not lead out of the directory.
    if (typeof name !== 'string' || name !== basename(name)) {
      throw new DataError(`expected the name of a file beside the index, found ${JSON.stringify(name)}`, { file })
    }
    const { tensors } = await readSafetensors(join(dir, name), { files })
    for (const [tensor, value] of tensors) weights.set(tensor, value)
  }
  for (const [tensor, name] of Object.entries(weight_map)) {
    if (!weights.has(tensor)) throw new DataError(`${name} lacks tensor ${tensor}`, { file })
  }
  return { config, weights }
}

async function json(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new StorageError('cannot be read', { file: path, cause, advice: 'name a directory with a config.json' })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError(`is not JSON: ${(cause as Error).message}`, { file: path, cause })
  }
}
