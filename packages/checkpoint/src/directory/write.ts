import { join } from 'node:path'
import type { Json, NamedTensor } from '@sluice/pipeline'
import { withOutput } from '../files/checksum.ts'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import type { Floats } from '../safetensors/dtype.ts'
import { bytesOfValue, writeSafetensors } from '../safetensors/write.ts'

export interface DirectoryContent {
  readonly weights: ReadonlyMap<string, NamedTensor>
  /** `config.json`; `torch_dtype` is set to what the weights are written as. */
  readonly config: Json
  /** Further files, by name: tokenizer.json … Default none. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>
  /** What the weights are written as. Default F32. */
  readonly floats?: Floats
  /** A file of weights holds at most so many bytes, but one tensor at least. Default 5e9, as transformers has it. */
  readonly shardBytes?: number
}

const torchNames: Readonly<Record<Floats, string>> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' }

/**
 * Writes a directory that Hugging Face's `from_pretrained` opens: `config.json`, `model.safetensors`, or several files of weights
 * and `model.safetensors.index.json`, which says what lies where.
 *
 * @returns names of the files of weights
 * @throws StorageError when the disk refuses
 */
export async function writeHfDirectory(
  dir: string,
  content: DirectoryContent,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<string[]> {
  const { weights, config, floats = 'F32', shardBytes = 5e9 } = content
  await files.makeDirectory(dir)
  const put = (name: string, data: string | Uint8Array) =>
    withOutput(files, join(dir, name), async output => {
      await output.write(typeof data === 'string' ? Buffer.from(data) : data)
    })
  const shards = inShards([...weights.values()], floats, shardBytes)
  const names = shards.map((_, i) =>
    shards.length === 1 ? 'model.safetensors' : `model-${numbered(i + 1)}-of-${numbered(shards.length)}.safetensors`,
  )
  for (const [i, shard] of shards.entries()) await writeSafetensors(join(dir, names[i]!), shard, { floats, files })
  if (shards.length > 1) {
    const map = shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]!] as const))
    map.sort(([a], [b]) => (a < b ? -1 : 1))
    const total = shards.flat().reduce((sum, tensor) => sum + tensor.data.length * bytesOfValue(tensor, floats), 0)
    const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(map) }
    await put('model.safetensors.index.json', `${JSON.stringify(index, null, 2)}\n`)
  }
  const told = { ...(config as object), torch_dtype: torchNames[floats] }
  await put('config.json', `${JSON.stringify(told, null, 2)}\n`)
  for (const [name, data] of content.files ?? []) await put(name, data)
  await files.syncDirectory(dir)
  return names
}

const numbered = (i: number): string => String(i).padStart(5, '0')

function inShards(tensors: readonly NamedTensor[], floats: Floats, most: number): NamedTensor[][] {
  const shards: NamedTensor[][] = [[]]
  let bytes = 0
  for (const tensor of tensors) {
    const size = tensor.data.length * bytesOfValue(tensor, floats)
    if (bytes > 0 && bytes + size > most) {
      shards.push([])
      bytes = 0
    }
    shards.at(-1)!.push(tensor)
    bytes += size
  }
  return shards
}
