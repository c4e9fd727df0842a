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

/** Bytes of neighbouring tensors in one buffer at most. */
const bufferLimit = 2 ** 30
/** Bytes of one read: a sum over the file is taken of one while the next is under way. */
const readLimit = 2 ** 24

/**
 * Reads a safetensors file. F16, BF16 and F64 become float32; BOOL, U8, I8, I16 and I64 become int32. Tensors that lie in the file
 * as they are kept share a buffer with their neighbours, of 1 GiB at most: a buffer for each would have the engine collect garbage
 * every 32 MB.
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
  const tensors = await readTensors(input, start, header.entries)
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

/** @param entries one after another in the file, as they are in a header */
export async function readTensors(
  input: InputFile,
  start: number,
  entries: readonly TensorEntry[],
): Promise<NamedTensor[]> {
  const tensors: NamedTensor[][] = []
  const pieces = piecesOf(neighbours(entries, input.path), (run, bytes) => {
    tensors[run.index] = decode(run, bytes, input.path)
  })
  const reader = async (): Promise<void> => {
    for (const { into, position, done } of pieces) {
      await input.read(into, start + position)
      done()
    }
  }
  // A second one, so that the disk has something to do between any two pieces.
  await Promise.all([reader(), reader()])
  return tensors.flat()
}

/** Entries of one buffer. */
interface Run {
  readonly index: number
  readonly entries: readonly TensorEntry[]
  readonly begin: number
  readonly end: number
}

/** Those kept as they lie in the file, together up to the limit; any other alone, since its bytes are let go once it is converted. */
function* neighbours(entries: readonly TensorEntry[], file: string): Generator<Run> {
  let index = 0
  let from = 0
  for (const [i, { name, dtype, begin, end }] of entries.entries()) {
    if (end - begin > constants.MAX_LENGTH) {
      throw new DataError(`a tensor of ${end - begin} bytes: this Node holds ${constants.MAX_LENGTH} in one array`, {
        file,
        place: `tensor "${name}"`,
      })
    }
    const next = entries[i + 1]
    const together =
      next &&
      dtypes.get(dtype)!.asItLies &&
      dtypes.get(next.dtype)!.asItLies &&
      next.end - entries[from]!.begin <= bufferLimit
    if (together) continue
    yield { index: index++, entries: entries.slice(from, i + 1), begin: entries[from]!.begin, end }
    from = i + 1
  }
}

interface PieceOfFile {
  readonly into: Uint8Array
  /** Of its first byte, relative to the byte after the header. */
  readonly position: number
  /** To be called once it is read. */
  done(): void
}

/** @param whole called with the bytes of a run, once all of them are read */
function* piecesOf(
  runs: Iterable<Run>,
  whole: (run: Run, bytes: Uint8Array<ArrayBuffer>) => void,
): Generator<PieceOfFile> {
  for (const run of runs) {
    const bytes = unfilled(run.end - run.begin)
    let unread = Math.max(1, Math.ceil(bytes.byteLength / readLimit))
    const done = () => {
      if (--unread === 0) whole(run, bytes)
    }
    for (let from = 0, left = unread; left > 0; from += readLimit, left--) {
      yield { into: bytes.subarray(from, from + readLimit), position: run.begin + from, done }
    }
  }
}

function decode({ entries, begin }: Run, bytes: Uint8Array<ArrayBuffer>, file: string): NamedTensor[] {
  return entries.map(entry => {
    const { name, shape } = entry
    const dtype = dtypes.get(entry.dtype)!
    const data = dtype.decode(bytes.subarray(entry.begin - begin, entry.end - begin))
    if (data === undefined) {
      throw new DataError(`a value of ${entry.dtype} does not fit ${dtype.as}`, { file, place: `tensor "${name}"` })
    }
    return { name, dtype: dtype.as, shape, data }
  })
}
