import type { NamedTensor } from '@sluice/pipeline'
import parquet from 'parquetjs-lite'
import { withOutput } from '../files/checksum.ts'
import type { FileLayer, OutputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { bytesOf, checkTensors } from '../tensors.ts'
import { type Piece, pieceBytes, pieceSchema, rowsPerGroup } from './schema.ts'

/**
 * Writes tensors as one Parquet file and makes it durable: a row for each piece of at most 1 MiB of a tensor, with the
 * columns name, dtype, shape, offset (bytes of the tensor before the piece) and bytes. A tensor without values has one row
 * without bytes.
 *
 * @throws DataError for tensors that cannot be told apart, StorageError when the disk refuses
 */
export function writeParquetWeights(
  path: string,
  tensors: Iterable<NamedTensor>,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<void> {
  return withOutput(files, path, output => putParquetWeights(output, path, tensors))
}

/** The same into an open file. */
export async function putParquetWeights(
  output: OutputFile,
  path: string,
  tensors: Iterable<NamedTensor>,
): Promise<void> {
  const list = checkTensors(tensors, path)
  const { write, settle } = inTurn(output)
  const schema = pieceSchema()
  // Pages of the second version count the rows of a repeated column wrongly in parquetjs-lite (values instead of rows).
  const options = { useDataPageV2: false, pageIndex: false }
  const envelope = new parquet.ParquetEnvelopeWriter(schema, write, async () => {}, 0, options)
  const writer = new parquet.ParquetWriter(schema, envelope, {})
  writer.setRowGroupSize(rowsPerGroup)
  for (const tensor of list) {
    for (const piece of pieces(tensor)) {
      await writer.appendRow(piece)
      await settle()
    }
  }
  await writer.close()
  await settle()
}

function* pieces(tensor: NamedTensor): Generator<Piece> {
  const { name, dtype, shape } = tensor
  const all = bytesOf(tensor)
  let offset = 0
  do {
    // parquetjs-lite copies a Buffer, but reads other arrays value by value.
    const length = Math.min(pieceBytes, all.byteLength - offset)
    yield { name, dtype, shape, offset, bytes: Buffer.from(all.buffer, all.byteOffset + offset, length) }
    offset += length
  } while (offset < all.byteLength)
}

/**
 * parquetjs-lite does not wait for its header and would leave a failed write of it without a handler, which ends the
 * process. So writes are put in a row here, never reject, and the first fault is thrown where somebody waits.
 */
function inTurn(output: OutputFile): { write(bytes: Buffer): Promise<void>; settle(): Promise<void> } {
  let fault: { error: unknown } | undefined
  let last = Promise.resolve()
  return {
    write(bytes) {
      last = last.then(async () => {
        if (fault) return
        try {
          await output.write(bytes)
        } catch (error) {
          fault = { error }
        }
      })
      return last
    },
    async settle() {
      await last
      if (fault) throw fault.error
    },
  }
}
