import { join } from 'node:path'
import { type NamedTensor, StateError } from '@sluice/pipeline'
import { withInput } from '../files/checksum.ts'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { getParquetWeights } from '../parquet/read.ts'
import { openSafetensors } from '../safetensors/open.ts'
import { fileNames } from './names.ts'
import { damaged, openDirectory, verified, wholeFile } from './read.ts'
import { parseState } from './state.ts'

/** A checkpoint to look into: what is not asked for is not read. */
export interface OpenCheckpoint {
  readonly path: string
  readonly step: number
  /** What the trainer said of itself. */
  readonly trainer: unknown
  /** Names and shapes of its weights, in the order of the file. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** One of its weights. @throws StateError where there is none of this name */
  tensor(name: string): Promise<NamedTensor>
  /** Text of a further file: config.json, tokenizer.json … @throws StateError when the checkpoint has no such file */
  file(name: string): Promise<string>
}

/**
 * Opens a checkpoint without reading its weights. Small files are compared with their SHA-256; of the weights only the size and
 * what safetensors says of itself, since the sum of a file is read in no less time than the file: `readCheckpoint` does it.
 *
 * @throws as `readCheckpoint`
 */
export async function openCheckpoint(
  path: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<OpenCheckpoint> {
  const { manifest, names } = await openDirectory(path, files)
  const text = (name: string) =>
    verified(path, name, manifest, files, async input => (await wholeFile(input)).toString('utf8'))
  const { step, trainer } = parseState(await text(fileNames.state), join(path, fileNames.state))
  const { shapes, read } = names.includes(fileNames.safetensors)
    ? await safetensorsOf(path, manifest.files[fileNames.safetensors]?.bytes, files)
    : await parquetOf(path, files)
  return {
    path,
    step,
    trainer,
    shapes,
    async tensor(name) {
      if (!shapes.has(name)) throw new StateError(`this checkpoint has no tensor ${name}`, { file: path })
      return read(name)
    },
    async file(name) {
      if (!Object.hasOwn(manifest.files, name)) throw new StateError(`this checkpoint has no ${name}`, { file: path })
      return text(name)
    },
  }
}

async function safetensorsOf(path: string, expected: number | undefined, files: FileLayer) {
  const file = join(path, fileNames.safetensors)
  const size = await withInput(files, file, async input => input.size)
  if (size !== expected) throw damaged(file, `expected ${expected} bytes, found ${size}`)
  const { entries, tensor } = await openSafetensors(file, { files })
  const shapes = new Map([...entries].map(([name, { shape }]) => [name, shape]))
  return { shapes, read: tensor }
}

/** Parquet is read whole: its tensors lie in pieces. */
async function parquetOf(path: string, files: FileLayer) {
  const tensors = await withInput(files, join(path, fileNames.parquet), getParquetWeights)
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]))
  return { shapes, read: async (name: string) => tensors.get(name)! }
}
