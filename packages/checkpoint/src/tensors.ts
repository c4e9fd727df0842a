import { DataError, type NamedTensor } from '@sluice/pipeline'

/** The bytes a tensor's values lie in: a view, not a copy. */
export function bytesOf({ data }: NamedTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/**
 * The tensors as a list, each checked for what a file cannot say: a name twice, a shape that is not its values', values of
 * another type than its dtype.
 *
 * @throws DataError naming the tensor
 */
export function checkTensors(tensors: Iterable<NamedTensor>, file: string): readonly NamedTensor[] {
  const list: NamedTensor[] = []
  const names = new Set<string>()
  for (const tensor of tensors) {
    const { name, dtype, shape, data } = tensor
    const fault = (message: string) => new DataError(message, { file, place: `tensor "${name}"` })
    if (names.has(name)) throw fault('two tensors have this name')
    names.add(name)
    if (name === '__metadata__') throw fault('the format keeps this name for itself')
    const values = shape.reduce((product, size) => product * size, 1)
    if (values !== data.length) {
      throw fault(`expected ${values} values for the shape [${shape.join(', ')}], found ${data.length}`)
    }
    if (!(dtype === 'float32' ? data instanceof Float32Array : data instanceof Int32Array)) {
      throw fault(`expected ${dtype} values, found a ${data.constructor.name}`)
    }
    list.push(tensor)
  }
  return list
}
