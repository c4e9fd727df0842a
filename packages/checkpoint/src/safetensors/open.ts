import type { NamedTensor } from '@sluice/pipeline'
import { DataError } from '@sluice/pipeline'
import { withInput } from '../files/checksum.ts'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import type { TensorEntry } from './header.ts'
import { readHeader, readTensors } from './read.ts'

/** A safetensors file of which only the header was read. */
export interface OpenSafetensors {
  /** By name, in the order of the file. */
  readonly entries: ReadonlyMap<string, Pick<TensorEntry, 'name' | 'dtype' | 'shape'>>
  readonly metadata: Readonly<Record<string, string>>
  /** Reads one tensor, and no other byte. @throws DataError where the file has none of this name */
  tensor(name: string): Promise<NamedTensor>
}

/**
 * Opens a safetensors file for some of its tensors. The file is not held open: whoever replaces it in between gets an error, if
 * its size differs.
 *
 * @throws as `readSafetensors`
 */
export async function openSafetensors(
  path: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<OpenSafetensors> {
  const { header, start, size } = await withInput(files, path, async input => ({
    ...(await readHeader(input)),
    size: input.size,
  }))
  const entries = new Map(header.entries.map(entry => [entry.name, entry]))
  return {
    entries,
    metadata: header.metadata,
    tensor(name) {
      const entry = entries.get(name)
      if (!entry) throw new DataError('the file has no tensor of this name', { file: path, place: `tensor "${name}"` })
      return withInput(files, path, async input => {
        if (input.size !== size) throw new DataError(`had ${size} bytes, now ${input.size}`, { file: path })
        const [tensor] = await readTensors(input, start, [entry])
        return tensor!
      })
    },
  }
}
