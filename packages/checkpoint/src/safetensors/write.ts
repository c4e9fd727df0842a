import { DataError, type NamedTensor } from '@sluice/pipeline'
import { withOutput } from '../files/checksum.ts'
import type { FileLayer, OutputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { bytesOf, checkTensors } from '../tensors.ts'
import { type Floats, written } from './dtype.ts'
import { encodeHeader, headerLimit, type TensorEntry } from './header.ts'
import { singleToBrain, singleToHalf } from './narrow.ts'

export interface SafetensorsOptions {
  /** Strings kept in the header. Default `{ format: 'pt' }`, which transformers asks for. */
  metadata?: Readonly<Record<string, string>>
  /** What float32 values are written as, rounded to the nearest, ties to even. Default F32. */
  floats?: Floats
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
  { metadata = { format: 'pt' }, floats = 'F32', files = nodeFiles }: SafetensorsOptions = {},
): Promise<number> {
  return withOutput(files, path, output => putSafetensors(output, path, tensors, { metadata, floats }))
}

/** The same into an open file. */
export async function putSafetensors(
  output: OutputFile,
  path: string,
  tensors: Iterable<NamedTensor>,
  { metadata = { format: 'pt' }, floats = 'F32' }: Omit<SafetensorsOptions, 'files'> = {},
): Promise<number> {
  const ordered = inOrder(checkTensors(tensors, path), floats)
  let end = 0
  const entries = ordered.map((tensor): TensorEntry => {
    const begin = end
    end += tensor.data.length * bytesOfValue(tensor, floats)
    const dtype = tensor.dtype === 'float32' ? floats : written.int32
    return { name: tensor.name, dtype, shape: tensor.shape, begin, end }
  })
  const header = encodeHeader({ metadata, entries })
  if (header.length - 8 > headerLimit) {
    throw new DataError(`expected a header of at most ${headerLimit} bytes, these tensors need ${header.length - 8}`, {
      file: path,
    })
  }
  await output.write(header)
  // Narrowed one at a time: no more than one tensor's copy is held.
  for (const tensor of ordered) if (tensor.data.length > 0) await output.write(encoded(tensor, floats))
  return header.length + end
}

export function bytesOfValue({ dtype }: NamedTensor, floats: Floats): number {
  return dtype === 'float32' && floats !== 'F32' ? 2 : 4
}

function encoded(tensor: NamedTensor, floats: Floats): Uint8Array {
  if (tensor.dtype === 'int32' || floats === 'F32') return bytesOf(tensor)
  const narrow = (floats === 'BF16' ? singleToBrain : singleToHalf)(tensor.data as Float32Array)
  return new Uint8Array(narrow.buffer)
}

/**
 * The reference writer's order: falling alignment of the dtype, then the names' UTF-8 bytes. F32 stands before I32 there, and
 * both before types of two bytes.
 */
function inOrder(tensors: readonly NamedTensor[], floats: Floats): NamedTensor[] {
  const floatsFirst = floats === 'F32'
  const keyed = tensors.map(tensor => ({ tensor, key: Buffer.from(tensor.name, 'utf8') }))
  keyed.sort((a, b) =>
    a.tensor.dtype === b.tensor.dtype
      ? Buffer.compare(a.key, b.key)
      : (a.tensor.dtype === 'float32') === floatsFirst
        ? -1
        : 1,
  )
  return keyed.map(({ tensor }) => tensor)
}
