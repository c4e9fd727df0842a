import type { BlockHead, BlockSpace } from './space.ts'

/** A block whose symbols have been decoded, and the memory that they are in. */
export interface Transformed {
  readonly space: BlockSpace
  readonly head: BlockHead
}

/** A text on its way: its rows, the one that comes next, where it is written. */
interface Lane {
  readonly rows: Uint32Array
  row: number
  readonly text: Uint8Array<ArrayBuffer>
}

/** Rows that are followed in one step. */
const stride = 128 * 1024

/**
 * Undoes the Burrows-Wheeler transform (M. Burrows and D. J. Wheeler, "A Block-sorting Lossless Data Compression Algorithm",
 * 1994), in steps of some 10 ms each. Following the rows is one wait for memory after another; blocks that are followed at once wait
 * together: eight are three times as fast as one where other programs use the cache, and as fast where none does.
 *
 * @returns the texts, valid until the spaces are used again
 */
export function* invert(blocks: readonly Transformed[]): Generator<void, Uint8Array<ArrayBuffer>[], undefined> {
  const lanes: Lane[] = []
  for (const { space, head } of blocks) {
    link(space, head.length)
    // The rows have all that was in `last`: its memory takes the text.
    lanes.push({ rows: space.rows, row: head.origin, text: space.last.subarray(0, head.length) })
    yield
  }
  // The longest first, so that those that are left when one has ended are together again.
  const open = lanes.toSorted((a, b) => b.text.length - a.text.length)
  for (let from = 0; open.length > 0; ) {
    const end = open.at(-1)!.text.length
    const to = Math.min(end, from + stride)
    follow(open, from, to)
    if (to === end) open.pop()
    from = to
    yield
  }
  return lanes.map(lane => lane.text)
}

function follow(lanes: readonly Lane[], from: number, to: number): void {
  const [a, b, c, d, e, f, g, h] = lanes as [Lane, Lane, Lane, Lane, Lane, Lane, Lane, Lane]
  if (lanes.length >= 8) followEight(a, b, c, d, e, f, g, h, from, to)
  else if (lanes.length >= 4) followFour(a, b, c, d, from, to)
  else if (lanes.length >= 2) followTwo(a, b, from, to)
  else followOne(a, from, to)
  const rest = lanes.slice(lanes.length >= 8 ? 8 : lanes.length >= 4 ? 4 : lanes.length >= 2 ? 2 : 1)
  if (rest.length > 0) follow(rest, from, to)
}

function link({ last, counts, rows }: BlockSpace, length: number): void {
  const next = new Int32Array(256)
  for (let byte = 1; byte < 256; byte++) next[byte] = next[byte - 1]! + counts[byte - 1]!
  for (let i = 0; i < length; i++) {
    const byte = last[i]!
    rows[next[byte]!++] = (i << 8) | byte
  }
}

// Written out for each number of lanes: a loop over them would have the rows in memory and not in registers.

function followOne(a: Lane, from: number, to: number): void {
  const aRows = a.rows
  const aText = a.text
  let aRow = a.row
  for (let i = from; i < to; i++) {
    const aEntry = aRows[aRow]!
    aText[i] = aEntry
    aRow = aEntry >>> 8
  }
  a.row = aRow
}

function followTwo(a: Lane, b: Lane, from: number, to: number): void {
  const aRows = a.rows
  const bRows = b.rows
  const aText = a.text
  const bText = b.text
  let aRow = a.row
  let bRow = b.row
  for (let i = from; i < to; i++) {
    const aEntry = aRows[aRow]!
    const bEntry = bRows[bRow]!
    aText[i] = aEntry
    bText[i] = bEntry
    aRow = aEntry >>> 8
    bRow = bEntry >>> 8
  }
  a.row = aRow
  b.row = bRow
}

function followFour(a: Lane, b: Lane, c: Lane, d: Lane, from: number, to: number): void {
  const aRows = a.rows
  const bRows = b.rows
  const cRows = c.rows
  const dRows = d.rows
  const aText = a.text
  const bText = b.text
  const cText = c.text
  const dText = d.text
  let aRow = a.row
  let bRow = b.row
  let cRow = c.row
  let dRow = d.row
  for (let i = from; i < to; i++) {
    const aEntry = aRows[aRow]!
    const bEntry = bRows[bRow]!
    const cEntry = cRows[cRow]!
    const dEntry = dRows[dRow]!
    aText[i] = aEntry
    bText[i] = bEntry
    cText[i] = cEntry
    dText[i] = dEntry
    aRow = aEntry >>> 8
    bRow = bEntry >>> 8
    cRow = cEntry >>> 8
    dRow = dEntry >>> 8
  }
  a.row = aRow
  b.row = bRow
  c.row = cRow
  d.row = dRow
}

function followEight(
  a: Lane,
  b: Lane,
  c: Lane,
  d: Lane,
  e: Lane,
  f: Lane,
  g: Lane,
  h: Lane,
  from: number,
  to: number,
): void {
  const aRows = a.rows
  const bRows = b.rows
  const cRows = c.rows
  const dRows = d.rows
  const eRows = e.rows
  const fRows = f.rows
  const gRows = g.rows
  const hRows = h.rows
  const aText = a.text
  const bText = b.text
  const cText = c.text
  const dText = d.text
  const eText = e.text
  const fText = f.text
  const gText = g.text
  const hText = h.text
  let aRow = a.row
  let bRow = b.row
  let cRow = c.row
  let dRow = d.row
  let eRow = e.row
  let fRow = f.row
  let gRow = g.row
  let hRow = h.row
  for (let i = from; i < to; i++) {
    const aEntry = aRows[aRow]!
    const bEntry = bRows[bRow]!
    const cEntry = cRows[cRow]!
    const dEntry = dRows[dRow]!
    const eEntry = eRows[eRow]!
    const fEntry = fRows[fRow]!
    const gEntry = gRows[gRow]!
    const hEntry = hRows[hRow]!
    aText[i] = aEntry
    bText[i] = bEntry
    cText[i] = cEntry
    dText[i] = dEntry
    eText[i] = eEntry
    fText[i] = fEntry
    gText[i] = gEntry
    hText[i] = hEntry
    aRow = aEntry >>> 8
    bRow = bEntry >>> 8
    cRow = cEntry >>> 8
    dRow = dEntry >>> 8
    eRow = eEntry >>> 8
    fRow = fEntry >>> 8
    gRow = gEntry >>> 8
    hRow = hEntry >>> 8
  }
  a.row = aRow
  b.row = bRow
  c.row = cRow
  d.row = dRow
  e.row = eRow
  f.row = fRow
  g.row = gRow
  h.row = hRow
}
