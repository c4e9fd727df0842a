/** A value of the compact protocol of Thrift. Booleans are numbers here, 0 and 1; doubles, which Parquet has none of, are left out. */
export type Thrift = number | Uint8Array | readonly Thrift[] | ThriftStruct

const deepest = 16

/** By field number. */
export interface ThriftStruct {
  readonly fields: ReadonlyMap<number, Thrift>
}

/**
 * Reads one struct of the Thrift compact protocol. Every size in it is compared with the bytes that there are before anything of
 * that size is made.
 *
 * @param bytes binary values become views of them
 * @returns the struct, and the position after it
 * @throws RangeError when the bytes are not such a struct
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function decodeThrift(bytes: Uint8Array, from = 0): { value: ThriftStruct; end: number } {
  let position = from

  function byte(): number {
    if (position >= bytes.length) throw new RangeError('the metadata end too early')
    return bytes[position++]!
  }

  function varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const part = byte()
      value += (part & 0x7f) * scale
      if (part < 0x80) return value
      if (scale > 2 ** 63) throw new RangeError('a number in the metadata does not end')
    }
  }

  function zigzag(): number {
    const value = varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  function take(count: number): Uint8Array {
    if (count > bytes.length - position) throw new RangeError('the metadata end too early')
    position += count
    return bytes.subarray(position - count, position)
  }

  function list(depth: number): Thrift[] {
    if (depth > deepest) throw new RangeError('the metadata are nested too deeply')
    const head = byte()
    const size = head >> 4 === 15 ? varint() : head >> 4
    const type = head & 15
    if (size > bytes.length - position) throw new RangeError(`a list of ${size} does not fit the metadata`)
    const items: Thrift[] = []
    // What is true or false has its byte in a list, and none as a field.
    for (let i = 0; i < size; i++) items.push(type === 1 || type === 2 ? Number(byte() === 1) : value(type, depth + 1))
    return items
  }

  function value(type: number, depth: number): Thrift {
    switch (type) {
      case 1:
      case 2:
        return Number(type === 1)
      case 3:
        return byte()
      case 4:
      case 5:
      case 6:
        return zigzag()
      case 7:
        take(8)
        return 0
      case 8:
        return take(varint())
      case 9:
      case 10:
        return list(depth)
      case 12:
        return struct(depth + 1)
      default:
        throw new RangeError(`no type has the number ${type}`)
    }
  }

  function struct(depth: number): ThriftStruct {
    if (depth > deepest) throw new RangeError('the metadata are nested too deeply')
    const fields = new Map<number, Thrift>()
    for (let field = 0, head = byte(); head !== 0; head = byte()) {
      field = head >> 4 === 0 ? zigzag() : field + (head >> 4)
      fields.set(field, value(head & 15, depth))
    }
    return { fields }
  }

  const found = struct(0)
  return { value: found, end: position }
}

// What a field is expected to be. @throws RangeError where it is something else, or not there

export function numberAt(struct: ThriftStruct, field: number): number {
  const value = struct.fields.get(field)
  if (typeof value !== 'number') throw new RangeError(`field ${field} of the metadata is no number`)
  return value
}

export function textAt(struct: ThriftStruct, field: number): string {
  const value = struct.fields.get(field)
  if (!(value instanceof Uint8Array)) throw new RangeError(`field ${field} of the metadata is no text`)
  return textOf(value)
}

export function textsAt(struct: ThriftStruct, field: number): string[] {
  const value = struct.fields.get(field)
  if (!Array.isArray(value) || !value.every(item => item instanceof Uint8Array)) {
    throw new RangeError(`field ${field} of the metadata is no list of texts`)
  }
  return value.map(textOf)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

export function structAt(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.fields.get(field)
  if (!isStruct(value)) throw new RangeError(`field ${field} of the metadata is no struct`)
  return value
}

export function structsAt(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  const value = struct.fields.get(field)
  if (!Array.isArray(value) || !value.every(isStruct)) {
    throw new RangeError(`field ${field} of the metadata is no list of structs`)
  }
  return value
}

function isStruct(value: Thrift | undefined): value is ThriftStruct {
  return typeof value === 'object' && 'fields' in value
}
