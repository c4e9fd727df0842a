const quote = 0x22
const LF = 0x0a
const CR = 0x0d

/** Why a record has no end: the bytes end within it, or within its quotes. */
export const unfinished = -1
export const unclosed = -2

/** Fields of one record, as places in the bytes; used again for the next. */
export interface FieldPlaces {
  count: number
  /** From, to, and whether the field is quoted, three by three. */
  places: Int32Array
}

/**
 * Finds the record that begins at `from`: fields between separators, a line end behind (LF, CR LF or CR), in quotes where a field
 * holds any of them, quotes in quotes doubled (RFC 4180). What is not well formed is taken as Python's `csv` takes it: a quote
 * inside a field is itself, what follows a closing quote belongs to the field.
 *
 * @param ended whether the bytes up to `to` are the last
 * @returns where the next record begins; `unfinished` or `unclosed`
 */
export function scanRecord(
  bytes: Buffer,
  from: number,
  to: number,
  ended: boolean,
  separator: number,
  fields: FieldPlaces,
): number {
  fields.count = 0
  for (let start = from; ; ) {
    let i = start
    const quoted = i < to && bytes[i] === quote
    if (quoted) {
      i = closing(bytes, start + 1, to, ended)
      if (i < 0) return i
    }
    while (i < to) {
      const byte = bytes[i]!
      if (byte === separator || byte === LF || byte === CR) break
      i++
    }
    if (i === to && !ended) return unfinished
    add(fields, start, i, quoted)
    if (i === to) return to
    const byte = bytes[i]!
    if (byte === separator) {
      start = i + 1
      continue
    }
    if (byte === LF) return i + 1
    if (i + 1 < to) return bytes[i + 1] === LF ? i + 2 : i + 1
    return ended ? i + 1 : unfinished
  }
}

/** What is just after the quote that closes; a doubled one does not. */
function closing(bytes: Buffer, from: number, to: number, ended: boolean): number {
  for (let i = from; ; i += 2) {
    i = bytes.indexOf(quote, i)
    if (i < 0 || i >= to) return ended ? unclosed : unfinished
    if (i + 1 === to) return ended ? to : unfinished
    if (bytes[i + 1] !== quote) return i + 1
  }
}

function add(fields: FieldPlaces, from: number, to: number, quoted: boolean): void {
  const at = 3 * fields.count++
  if (at + 3 > fields.places.length) {
    const larger = new Int32Array(2 * fields.places.length)
    larger.set(fields.places)
    fields.places = larger
  }
  fields.places[at] = from
  fields.places[at + 1] = to
  fields.places[at + 2] = quoted ? 1 : 0
}

/** The text of field number `n`. */
export function fieldText(bytes: Buffer, { places }: FieldPlaces, n: number): string {
  const from = places[3 * n]!
  const to = places[3 * n + 1]!
  if (places[3 * n + 2] === 0) return bytes.toString('utf8', from, to)
  const end = closing(bytes, from + 1, to, true) - 1
  const inside = bytes.toString('utf8', from + 1, end)
  const plain = inside.includes('""') ? inside.replaceAll('""', '"') : inside
  return end + 1 === to ? plain : plain + bytes.toString('utf8', end + 1, to)
}
