import { constants } from 'node:buffer'
import { DataError, type NamedTensor } from '@sluice/pipeline'
import { withInput } from '../files/checksum.ts'
import type { FileLayer, InputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { unfilled } from '../files/unfilled.ts'
import { dtypes } from './dtype.ts'
import { decodeHeader, type Header, headerLimit, type TensorEntry } from './header.ts'

export interface SafetensorsContent {
  /** By name, in the order of the file. */
  readonly tensors: Map<string, NamedTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads a safetensors file. F16, BF16 and F64 become float32; BOOL, U8, I8, I16 and I64 become int32. Each tensor is read
 * into a buffer of its own.
 *
 * @throws DataError naming the file and the place for whatever is not as the format says; StorageError when the file cannot
 *   be read
 * @see https://huggingface.co/docs/safetensors
 */
export function readSafetensors(
  path: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<SafetensorsContent> {
  return withInput(files, path, getSafetensors)
}

/** The same from an open file. */
export async function getSafetensors(input: InputFile): Promise<SafetensorsContent> {
  const { header, start } = await readHeader(input)
  const tensors = new Array<NamedTensor>(header.entries.length)
  const entries = header.entries.entries()
  const reader = async (): Promise<void> => {
    for (const [i, entry] of entries) tensors[i] = await readTensor(input, start, entry)
  }
  // A second one, so that the disk has something to do between any two tensors.
  await Promise.all([reader(), reader()])
  return { tensors: new Map(tensors.map(tensor => [tensor.name, tensor])), metadata: header.metadata }
}

/** The header, and where the data after it start. */
export async function readHeader(input: InputFile): Promise<{ header: Header; start: number }> {
  const fault = (message: string) => new DataError(message, { file: input.path, place: 'header' })
  if (input.size < 8) throw fault(`expected at least 8 bytes, the file has ${input.size}`)
  const prefix = Buffer.alloc(8)
  await input.read(prefix, 0)
  const length = prefix.readBigUInt64LE()
  if (length > BigInt(headerLimit)) throw fault(`expected at most ${headerLimit} bytes, found a length of ${length}`)
  const start = 8 + Number(length)
  if (start > input.size) throw fault(`expected ${length} bytes, the file has ${input.size - 8} after the length`)
  const text = new Uint8Array(Number(length))
  await input.read(text, 8)
  return { header: decodeHeader(text, input.size - start, input.path), start }
}

export async function readTensor(input: InputFile, start: number, entry: TensorEntry): Promise<NamedTensor> {
  const { name, shape, begin, end } = entry
  const dtype = dtypes.get(entry.dtype)!
  if (end - begin > constants.MAX_LENGTH) {
    throw new DataError(`a tensor of ${end - begin} bytes: this Node holds ${constants.MAX_LENGTH} in one array`, {
      file: input.path,
      place: `tensor "${name}"`,
    })
  }
  const bytes = unfilled(end - begin)
  await input.read(bytes, start + begin)
  const data = dtype.decode(bytes)
  if (data === undefined) {
    throw new DataError(`a value of ${entry.dtype} does not fit ${dtype.as}`, {
      file: input.path,
      place: `tensor "${name}"`,
    })
  }
  return { name, dtype: dtype.as, shape, data }
}
