import { DataError, type NamedTensor } from '@sluice/pipeline'
import { withOutput } from '../files/checksum.ts'
import type { FileLayer, OutputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { bytesOf, checkTensors } from '../tensors.ts'
import { written } from './dtype.ts'
import { encodeHeader, headerLimit, type TensorEntry } from './header.ts'

export interface SafetensorsOptions {
  /** Strings kept in the header. Default `{ format: 'pt' }`, which transformers asks for. */
  metadata?: Readonly<Record<string, string>>
  /** Default: the machine's own. */
  files?: FileLayer
}

/**
 * Writes tensors as one safetensors file, in the reference writer's order, and makes it durable. The values go to the disk
 * from where they lie, without a copy.
 *
 * @returns bytes written
 * @throws DataError for tensors the format cannot hold, StorageError when the disk refuses
 * @see https://huggingface.co/docs/safetensors
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<NamedTensor>,
  { metadata = { format: 'pt' }, files = nodeFiles }: SafetensorsOptions = {},
): Promise<number> {
  return withOutput(files, path, output => putSafetensors(output, path, tensors, metadata))
}

/** The same into an open file. */
export async function putSafetensors(
  output: OutputFile,
  path: string,
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<number> {
  const ordered = inOrder(checkTensors(tensors, path))
  let end = 0
  const entries = ordered.map((tensor): TensorEntry => {
    const begin = end
    end += tensor.data.byteLength
    return { name: tensor.name, dtype: written[tensor.dtype], shape: tensor.shape, begin, end }
  })
  const header = encodeHeader({ metadata, entries })
  if (header.length - 8 > headerLimit) {
    throw new DataError(`expected a header of at most ${headerLimit} bytes, these tensors need ${header.length - 8}`, {
      file: path,
    })
  }
  await output.write(header)
  for (const tensor of ordered) if (tensor.data.byteLength > 0) await output.write(bytesOf(tensor))
  return header.length + end
}

/** The reference writer's order: falling alignment of the dtype, then the names' UTF-8 bytes. F32 stands before I32 there. */
function inOrder(tensors: readonly NamedTensor[]): NamedTensor[] {
  const keyed = tensors.map(tensor => ({ tensor, key: Buffer.from(tensor.name, 'utf8') }))
  keyed.sort((a, b) =>
    a.tensor.dtype === b.tensor.dtype ? Buffer.compare(a.key, b.key) : a.tensor.dtype === 'float32' ? -1 : 1,
  )
  return keyed.map(({ tensor }) => tensor)
}
