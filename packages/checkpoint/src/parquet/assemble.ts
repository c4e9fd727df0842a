import { DataError, type NamedTensor } from '@sluice/pipeline'
import { unfilled } from '../files/unfilled.ts'
import type { Piece } from './schema.ts'

type Growing = { tensor: NamedTensor; bytes: Uint8Array; filled: number }

export interface Assembling {
  /** @returns where the next piece's bytes go. @throws DataError for a piece that is not the next one */
  add(piece: Piece, bytes: number): Uint8Array
  end(): Map<string, NamedTensor>
}

/**
 * Puts the pieces of tensors, each tensor's in order, together again.
 *
 * @param fileBytes size of the file: no tensor can be larger
 */
export function assemble(file: string, fileBytes: number): Assembling {
  const tensors = new Map<string, NamedTensor>()
  let current: Growing | undefined

  function finish(): void {
    if (current && current.filled !== current.bytes.byteLength) {
      throw new DataError(`expected ${current.bytes.byteLength} bytes, found ${current.filled}`, {
        file,
        place: `tensor "${current.tensor.name}"`,
      })
    }
    current = undefined
  }

  return {
    add({ name, dtype, shape, offset }, length) {
      const fault = (message: string) => new DataError(message, { file, place: `tensor "${name}"` })
      if (current?.tensor.name !== name) {
        finish()
        if (tensors.has(name)) throw fault('its pieces are not together, or two tensors have this name')
        current = begin({ name, dtype, shape }, fileBytes, fault)
        tensors.set(name, current.tensor)
      }
      const { tensor, bytes, filled } = current
      if (dtype !== tensor.dtype || shape.join() !== tensor.shape.join()) {
        throw fault(
          `expected ${tensor.dtype} [${tensor.shape.join(', ')}] in every piece, found ${dtype} [${shape.join(', ')}]`,
        )
      }
      if (offset !== filled) throw fault(`expected a piece at byte ${filled}, found one at ${offset}`)
      if (filled + length > bytes.byteLength) {
        throw fault(`expected ${bytes.byteLength} bytes, found ${filled + length}`)
      }
      current.filled += length
      return bytes.subarray(filled, filled + length)
    },
    end() {
      finish()
      return tensors
    },
  }
}

function begin(
  { name, dtype, shape }: Omit<Piece, 'offset'>,
  fileBytes: number,
  fault: (message: string) => DataError,
): Growing {
  if (dtype !== 'float32' && dtype !== 'int32') throw fault(`expected a dtype of float32, int32, found "${dtype}"`)
  const sizes = shape.join(', ')
  if (!shape.every(size => Number.isSafeInteger(size) && size >= 0)) {
    throw fault(`expected a shape of whole numbers, found [${sizes}]`)
  }
  const bytes = shape.reduce((product, size) => product * size, 4)
  if (!(bytes <= fileBytes)) throw fault(`expected ${bytes} bytes for the shape [${sizes}], the file has ${fileBytes}`)
  const { buffer } = unfilled(bytes)
  const data = dtype === 'float32' ? new Float32Array(buffer) : new Int32Array(buffer)
  return { tensor: { name, dtype, shape, data }, bytes: new Uint8Array(buffer), filled: 0 }
}
