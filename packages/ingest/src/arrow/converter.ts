import { DataType, type Field, Vector } from 'apache-arrow'

/** How values of a type become what `plain` takes: strings, numbers, lists, objects, dates, bytes. */
export type Converter = (value: any) => unknown

const same: Converter = value => value

/** Milliseconds as a `Date`: a bare number would be taken for seconds. */
const dated: Converter = value => (value === null ? null : new Date(Number(value)))

export function converter(type: DataType): Converter {
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return dated
  if (DataType.isDictionary(type)) return converter(type.dictionary)
  if (DataType.isDecimal(type)) return value => (value === null ? null : decimal(value, type.scale))
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const item = converter(type.children[0]!.type)
    return value => (value === null ? null : Array.from(value as Iterable<unknown>, item))
  }
  if (DataType.isStruct(type)) {
    const fields = (type.children as Field[]).map(({ name, type }) => [name, converter(type)] as const)
    return value => (value === null ? null : Object.fromEntries(fields.map(([name, of]) => [name, of(value[name])])))
  }
  if (DataType.isMap(type)) {
    const item = converter((type.children[0] as Field).type.children[1].type)
    return value =>
      value === null
        ? null
        : Object.fromEntries([...(value as Iterable<[unknown, unknown]>)].map(([key, of]) => [String(key), item(of)]))
  }
  return DataType.isUnion(type) ? value => (value instanceof Vector ? value.toArray() : value) : same
}

/** Two's complement in 32-bit words, the least first, to digits. */
function decimal(words: Uint32Array, scale: number): string {
  let whole = 0n
  for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i]!)
  whole = BigInt.asIntN(32 * words.length, whole)
  if (scale <= 0) return String(whole * 10n ** BigInt(Math.min(-scale, 100)))
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${whole < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}
