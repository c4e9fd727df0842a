import { EQUALS, isBlank, LF, PIPE } from './bytes.ts'
import { type Kept, keptTemplates, langKept, langPrefix } from './kept.ts'

const rangeWords = /^(?:to|and|or|by|x|×|-|–|to about|to\(-\)|and\(-\)|to-|xx|\+|-|,)$/

/**
 * Writes what a reader sees of a template over the template.
 *
 * @param out has the template's text, its markup already gone, from `from` (after the braces) to `to`; `pipes` are where its own are
 * @param at where to write
 * @returns where what was written ends
 */
export function keepTemplate(out: Uint8Array, at: number, from: number, to: number, pipes: Int32Array): number {
  const nameEnd = pipes.length > 0 ? pipes[0]! : to
  const found = keptTemplates.get(out, from, nameEnd)
  if (found) return write(out, at, to, pipes, found)
  if (begins(out, from, langPrefix) && pipes.length > 0) return write(out, at, to, pipes, langKept)
  // {{formatnum:123}}, {{lc:X}}
  let colon = from
  while (colon < nameEnd && out[colon] !== 0x3a && colon - from < 12) colon++
  if (out[colon] !== 0x3a || colon >= nameEnd) return at
  const parser = keptTemplates.get(out, from, colon)
  if (parser?.args[0] !== 1) return at
  return copy(out, at, out, colon + 1, nameEnd)
}

function write(out: Uint8Array, at: number, to: number, pipes: Int32Array, kept: Kept): number {
  if (kept.literal) {
    out.set(kept.literal, at)
    return at + kept.literal.length
  }
  const args = argumentsOf(out, to, pipes, kept.named)
  if (kept.measure) {
    const second = args[1]
      ? Buffer.from(out.buffer, out.byteOffset + args[1][0], args[1][1] - args[1][0]).toString()
      : ''
    return join(out, at, args.slice(0, rangeWords.test(second.trim()) ? 4 : 2), kept)
  }
  const wanted = kept.args.flatMap(number => {
    const arg = args[number < 0 ? args.length + number : number - 1]
    return arg ? [arg] : []
  })
  return join(out, at, wanted, kept)
}

type Span = readonly [from: number, to: number]

/** Copies spans to `at`. In order, each lies behind where it goes, so none is overwritten before it is read. */
function join(out: Uint8Array, at: number, spans: readonly Span[], { before, between }: Kept): number {
  const ordered = spans.every((span, i) => i === 0 || span[0] >= spans[i - 1]![0])
  const base = ordered ? 0 : Math.min(...spans.map(span => span[0]))
  const from = ordered ? out : out.slice(base, Math.max(...spans.map(span => span[1])))
  let to = at
  for (const span of spans) {
    const start = span[0] - base
    const end = span[1] - base
    const joint = to === at ? before : between
    if (start === end) continue
    // What is put between is never longer than the markup that it stands for, unless arguments changed places.
    if (!ordered || to + joint.length <= start) {
      out.set(joint, to)
      to += joint.length
    }
    to = copy(out, to, from, start, end)
  }
  return to
}

function copy(out: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number {
  let start = from
  let end = to
  while (start < end && (isBlank(source[start]) || source[start] === LF)) start++
  while (end > start && (isBlank(source[end - 1]) || source[end - 1] === LF)) end--
  if (source === out) out.copyWithin(at, start, end)
  else out.set(source.subarray(start, end), at)
  return at + end - start
}

/** Positional arguments; those with a name only where the name is asked for, and then it comes first. */
function argumentsOf(out: Uint8Array, to: number, pipes: Int32Array, named: readonly string[] = []): Span[] {
  const args: Span[] = []
  for (let i = 0; i < pipes.length; i++) {
    const from = pipes[i]! + 1
    const end = i + 1 < pipes.length ? pipes[i + 1]! : to
    const equals = nameEnd(out, from, end)
    if (equals < 0) {
      args.push([from, end])
      continue
    }
    const name = Buffer.from(out.buffer, out.byteOffset + from, equals - from)
      .toString('latin1')
      .trim()
    if (/^[0-9]{1,2}$/.test(name) && Number(name) > 0) {
      const place = Number(name) - 1
      while (args.length < place) args.push([end, end])
      args[place] = [equals + 1, end]
    } else if (named.includes(name)) return [[equals + 1, end]]
  }
  return args
}

/** Where the `=` after a parameter's name is, or -1 where there is no name. */
function nameEnd(out: Uint8Array, from: number, to: number): number {
  const most = Math.min(to, from + 40)
  for (let i = from; i < most; i++) {
    const byte = out[i]!
    if (byte === EQUALS) return i
    if (byte === PIPE || byte === 0x3a || byte === 0x2f || byte === 0x2e || byte === 0x22) return -1
  }
  return -1
}

function begins(out: Uint8Array, from: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if ((out[from + i]! | 32) !== (prefix[i]! | 32)) return false
  return true
}
