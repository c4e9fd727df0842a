import { type Entity, readEntity, writeCodePoint } from '../wikitext/entities.ts'
import { BadPage } from './bad-page.ts'

const AMPERSAND = 0x26
// XML's own five, and no others: a dump declares none, so nothing can be made to expand.
const predefined = new Set([0x22, 0x26, 0x27, 0x3c, 0x3e])
const entity: Entity = { codePoint: 0, end: 0 }

/**
 * Writes character data of XML with its references resolved.
 *
 * @param into at least as long
 * @returns how many bytes were written
 * @throws BadPage for a reference to what XML does not know
 */
export function unescapeXml(bytes: Uint8Array, from: number, to: number, into: Uint8Array): number {
  let at = 0
  for (let i = from; i < to; ) {
    const byte = bytes[i]!
    if (byte !== AMPERSAND) {
      into[at++] = byte
      i++
      continue
    }
    // The four that a dump is full of, without a lookup.
    const first = bytes[i + 1]
    if (first === 0x6c && bytes[i + 2] === 0x74 && bytes[i + 3] === 0x3b) {
      into[at++] = 0x3c
      i += 4
    } else if (first === 0x67 && bytes[i + 2] === 0x74 && bytes[i + 3] === 0x3b) {
      into[at++] = 0x3e
      i += 4
    } else if (
      first === 0x71 &&
      bytes[i + 2] === 0x75 &&
      bytes[i + 3] === 0x6f &&
      bytes[i + 4] === 0x74 &&
      bytes[i + 5] === 0x3b
    ) {
      into[at++] = 0x22
      i += 6
    } else if (first === 0x61 && bytes[i + 2] === 0x6d && bytes[i + 3] === 0x70 && bytes[i + 4] === 0x3b) {
      into[at++] = 0x26
      i += 5
    } else {
      const known = readEntity(bytes, i, to, entity) && (first === 0x23 || predefined.has(entity.codePoint))
      if (!known) {
        const shown = Buffer.from(bytes.buffer, bytes.byteOffset + i, Math.min(12, to - i)).toString()
        throw new BadPage(`expected a reference that XML knows, found "${shown}"`, i)
      }
      at = writeCodePoint(into, at, entity.codePoint)
      i = entity.end
    }
  }
  return at
}

/** The same as a string. */
export function xmlText(bytes: Uint8Array, from: number, to: number): string {
  const into = Buffer.allocUnsafe(to - from)
  return into.toString('utf8', 0, unescapeXml(bytes, from, to, into))
}
