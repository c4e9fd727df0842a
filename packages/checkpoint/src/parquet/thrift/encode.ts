// The compact protocol of Thrift, as Parquet's metadata are written in it: fields by number, in rising order.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

/** A value, encoded, with the number of its type. */
export interface Encoded {
  readonly type: number
  readonly bytes: Uint8Array
}

const [typeI32, typeI64, typeBinary, typeList, typeStruct] = [5, 6, 8, 9, 12]

export function i32(value: number): Encoded {
  return { type: typeI32, bytes: zigzag(value) }
}

/** @param value a whole number that a double holds exactly */
export function i64(value: number): Encoded {
  return { type: typeI64, bytes: zigzag(value) }
}

/** A text becomes its UTF-8. */
export function binary(value: string | Uint8Array): Encoded {
  const bytes = Buffer.from(value)
  return { type: typeBinary, bytes: Buffer.concat([varint(bytes.length), bytes]) }
}

/** @param items of one type */
export function list(items: readonly Encoded[]): Encoded {
  const { length } = items
  const type = items[0]?.type ?? typeStruct
  const head = length < 15 ? Uint8Array.of((length << 4) | type) : Uint8Array.of(0xf0 | type, ...varint(length))
  return { type: typeList, bytes: Buffer.concat([head, ...items.map(item => item.bytes)]) }
}

/** @param fields by number; those that are undefined are left out */
export function struct(fields: Readonly<Record<number, Encoded | undefined>>): Encoded {
  const parts: Uint8Array[] = []
  let last = 0
  // Keys that are whole numbers come in rising order.
  for (const [key, value] of Object.entries(fields)) {
    if (!value) continue
    const number = Number(key)
    const step = number - last
    parts.push(step < 16 ? Uint8Array.of((step << 4) | value.type) : Uint8Array.of(value.type, ...zigzag(number)))
    parts.push(value.bytes)
    last = number
  }
  return { type: typeStruct, bytes: Buffer.concat([...parts, Uint8Array.of(0)]) }
}

/** Negative numbers and others in turns, so that both are short. */
function zigzag(value: number): Uint8Array {
  return varint(value < 0 ? -2 * value - 1 : 2 * value)
}

export function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80)
  out.push(rest)
  return Uint8Array.from(out)
}
