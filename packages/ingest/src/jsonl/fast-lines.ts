import type { DocumentsBuilder } from '../build/documents-builder.ts'
import type { Column, ColumnMapping } from './columns.ts'
import { kinds, type Member, ObjectScanner } from './object-scanner.ts'
import { keyRolesOf, type Role } from './roles.ts'
import { isString, unescapeInto } from './strings.ts'
import { timestampOf } from './timestamp.ts'

export interface FastLines {
  /** To be called for every new stretch of valid UTF-8, before its lines. */
  begin(bytes: Buffer): void
  /**
   * Appends the document on the line from byte `from` to `to`.
   *
   * @returns false where nothing was done and the line is to be read another way
   */
  append(from: number, to: number, into: DocumentsBuilder, defaultId: () => string): boolean
  /** Where the text of the document on the line stands, without its quotes; undefined where that takes another way to tell. */
  textOf(from: number, to: number): { readonly start: number; readonly end: number } | undefined
}

interface Candidate {
  readonly role: Role
  readonly member: Member
}

const brace = Buffer.from('{')
const comma = Buffer.from(',')
const colon = Buffer.from('":')
const quoteMark = Buffer.from('"')
const endBrace = Buffer.from('}')

/**
 * Lines straight from bytes to columns: the text is unescaped into its column and never becomes a string, and the other keys
 * are copied to the metadata as they are written. It gives what `lineReader` gives, for lines that hold nothing unusual;
 * those that do it leaves alone. Undefined where the mapping needs whole records.
 */
export function fastLines(options: {
  readonly columns: ColumnMapping
  readonly source: string
  readonly maxDocumentBytes: number
}): FastLines | undefined {
  const roleOf = keyRolesOf(options.columns)
  if (roleOf === undefined) return undefined
  const source = Buffer.from(options.source)
  const scanner = new ObjectScanner()
  const keys = keyGuesser(roleOf)
  const taken: Partial<Record<Column, Candidate>> = {}
  /** A bit for every rank of a column's names that the line has. */
  const seen: Record<Column, number> = { text: 0, id: 0, url: 0, created: 0, lang: 0 }
  let bytes: Buffer = Buffer.alloc(0)
  let created: number | undefined

  /** False: the line is unusual. */
  function choose(): boolean {
    taken.text = taken.id = taken.url = taken.created = taken.lang = undefined as never
    seen.text = seen.id = seen.url = seen.created = seen.lang = 0
    created = undefined
    for (let i = 0; i < scanner.count; i++) {
      const member = scanner.members[i]!
      const role = keys(i, bytes, member.keyStart, member.keyEnd)
      if (role === null) continue
      const { column, rank } = role
      // The same name twice: the last one counts, whatever the first one was.
      const bit = 1 << (rank + 1)
      if ((seen[column] & bit) !== 0) return false
      seen[column] |= bit
      const before = taken[column]
      if (before && rank > before.role.rank) continue
      const use = usable(column, member)
      if (use === undefined || (!use && rank < 0)) return false
      if (use) taken[column] = { role, member }
    }
    return true
  }

  /** Whether a value will do for a column; undefined where that takes more than a look. */
  function usable(column: Column, { kind, start, end }: Member): boolean | undefined {
    if (column === 'created') {
      if (kind !== kinds.string && kind !== kinds.number) return kind === kinds.escaped ? undefined : false
      const written = bytes.toString('latin1', start, end)
      const time = timestampOf(kind === kinds.number ? Number(written) : written.slice(1, -1))
      if (time !== undefined) created = time
      return time !== undefined
    }
    if (kind === kinds.string || kind === kinds.escaped) return true
    if (column === 'text') return kind === kinds.null ? true : kind === kinds.other ? undefined : false
    // A long number does not keep its digits.
    if (column === 'id' && kind === kinds.number) return isShortInteger(bytes, start, end) ? true : undefined
    return false
  }

  function isTaken(member: Member): boolean {
    return (
      taken.text?.member === member ||
      taken.id?.member === member ||
      taken.url?.member === member ||
      taken.created?.member === member ||
      taken.lang?.member === member
    )
  }

  /** Appends a string's value or a number's digits. */
  function value(into: DocumentsBuilder['text'], { kind, start, end }: Member): boolean {
    const column = into.bytes
    const length = end - start
    column.ensure(length)
    if (kind === kinds.number) column.append(bytes.subarray(start, end))
    else {
      const at = unescapeInto(column.bytes, column.length, bytes, start + 1, end - 1)
      if (at < 0) return false
      column.length = at
    }
    into.close()
    return true
  }

  function optional(into: DocumentsBuilder['text'], candidate: Candidate | undefined): boolean {
    if (candidate) return value(into, candidate.member)
    into.closeNull()
    return true
  }

  function metadata(into: DocumentsBuilder['text']): boolean {
    const column = into.bytes
    let any = false
    for (let i = 0; i < scanner.count; i++) {
      const member = scanner.members[i]!
      if (isTaken(member)) continue
      const { keyStart, keyEnd, start, end, kind } = member
      const string = kind === kinds.string || kind === kinds.escaped
      if (string && !isString(bytes, start + 1, end - 1)) return false
      column.append(any ? comma : brace)
      column.append(quoteMark)
      column.append(bytes.subarray(keyStart, keyEnd))
      column.append(colon)
      column.append(bytes.subarray(start, end))
      any = true
    }
    if (!any) into.closeNull()
    else {
      column.append(endBrace)
      into.close()
    }
    return true
  }

  function appendTaken(into: DocumentsBuilder, defaultId: () => string): boolean {
    if (!value(into.text, taken.text!.member)) return false
    if (taken.id) {
      if (!value(into.id, taken.id.member)) return false
    } else into.id.appendString(defaultId())
    into.source.appendBytes(source)
    return optional(into.url, taken.url) && optional(into.lang, taken.lang) && metadata(into.metadata)
  }

  return {
    begin(piece) {
      bytes = piece
      scanner.reset(piece)
    },
    append(from, to, into, defaultId) {
      if (!scanner.scan(from, to) || !choose() || !taken.text) return false
      const { start, end, kind } = taken.text.member
      if (kind === kinds.null || end - start === 2 || end - start > options.maxDocumentBytes) return false
      if (!appendTaken(into, defaultId)) {
        into.rollback()
        return false
      }
      into.close(created)
      return true
    },
    textOf(from, to) {
      if (!scanner.scan(from, to) || !choose() || !taken.text || taken.text.member.kind === kinds.null) return undefined
      const { start, end } = taken.text.member
      return { start: start + 1, end: end - 1 }
    },
  }
}

/** From bytes to a key's role. Most lines have the keys of the line before, in its order: a comparison of bytes tells. */
function keyGuesser(
  roleOf: (key: string) => Role | null,
): (i: number, bytes: Buffer, from: number, to: number) => Role | null {
  const guesses: { key: Buffer; role: Role | null }[] = []
  return (i, bytes, from, to) => {
    const guess = guesses[i]
    if (guess && isSame(guess.key, bytes, from, to)) return guess.role
    const role = roleOf(bytes.toString('utf8', from, to))
    if (i < 64) guesses[i] = { key: Buffer.from(bytes.subarray(from, to)), role }
    return role
  }
}

function isSame(key: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (key.length !== to - from) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[from + i]) return false
  return true
}

function isShortInteger(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 15 || (bytes[start] === 0x2d && bytes[start + 1] === 0x30)) return false
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2d) return false
  }
  return true
}
