/** Fields of a protocol buffer, as https://protobuf.dev/programming-guides/encoding says: a tag, then a value. */
type Field = Uint8Array

const tag = (field: number, wireType: 0 | 1 | 2 | 5) => varint(BigInt((field << 3) | wireType))

function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}

/** int32, int64, enum */
export function integerField(field: number, value: number): Field {
  return Uint8Array.from([...tag(field, 0), ...varint(BigInt(value))])
}

/** double */
export function doubleField(field: number, value: number): Field {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, true)
  return Uint8Array.from([...tag(field, 1), ...bytes])
}

/** float */
export function floatField(field: number, value: number): Field {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return Uint8Array.from([...tag(field, 5), ...bytes])
}

/** string, bytes, an embedded message */
export function bytesField(field: number, value: string | Uint8Array): Field {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return message([Uint8Array.from([...tag(field, 2), ...varint(BigInt(bytes.length))]), bytes])
}

export function message(fields: readonly Field[]): Uint8Array {
  const whole = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const field of fields) {
    whole.set(field, at)
    at += field.length
  }
  return whole
}
