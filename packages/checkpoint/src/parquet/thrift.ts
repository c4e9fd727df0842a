/** A struct of the Thrift compact protocol by field number: numbers and structs are kept, everything else is stepped over. */
export interface ThriftStruct {
  readonly [field: number]: number | ThriftStruct
}

/**
 * Steps through one struct of the Thrift compact protocol and checks that every size in it fits the bytes there are.
 * parquetjs-lite's own decoder believes sizes, so that a damaged byte makes it build a list of millions.
 *
 * @returns the struct, and the position after it
 * @throws RangeError when the bytes are not such a struct
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function walkThrift(bytes: Uint8Array, from = 0): { value: ThriftStruct; end: number } {
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

  function skip(count: number): void {
    if (count > bytes.length - position) throw new RangeError('the metadata end too early')
    position += count
  }

  function value(type: number, depth: number): number | ThriftStruct | undefined {
    switch (type) {
      case 1: // true, as a field; one byte in a list
      case 2: // false
        return undefined
      case 3:
        return void skip(1)
      case 4:
      case 5:
      case 6:
        return zigzag()
      case 7:
        return void skip(8)
      case 8:
        return void skip(varint())
      case 9:
      case 10: {
        const head = byte()
        const size = head >> 4 === 15 ? varint() : head >> 4
        const element = head & 15
        if (size > bytes.length - position) throw new RangeError(`a list of ${size} does not fit the metadata`)
        for (let i = 0; i < size; i++) {
          if (element === 1 || element === 2) skip(1)
          else value(element, depth + 1)
        }
        return undefined
      }
      case 12:
        return struct(depth + 1)
      default:
        throw new RangeError(`no type has the number ${type}`)
    }
  }

  function struct(depth: number): ThriftStruct {
    if (depth > 16) throw new RangeError('the metadata are nested too deeply')
    const fields: Record<number, number | ThriftStruct> = {}
    for (let field = 0, head = byte(); head !== 0; head = byte()) {
      field = head >> 4 === 0 ? zigzag() : field + (head >> 4)
      const found = value(head & 15, depth)
      if (found !== undefined) fields[field] = found
    }
    return fields
  }

  const found = struct(0)
  return { value: found, end: position }
}
