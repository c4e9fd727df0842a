import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unescapeLong, unescapeShort } from '../jsonl/strings.ts'
import { escapedLength, escapeLong, escapeShort } from '../write/escape.ts'

type Change = (into: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number) => number

/** What a change makes of bytes that lie among others; nothing where it refuses them. */
function changed(change: Change, bytes: Buffer, room: number): string | undefined {
  const around = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('\\"u00')])
  const into = Buffer.alloc(room + 3, '~')
  const end = change(into, 2, around, 1, 1 + bytes.length)
  expect(into[end < 0 ? 1 : end]).toBe('~'.charCodeAt(0))
  return end < 0 ? undefined : into.toString('latin1', 2, end)
}

const stretch = fc.oneof(
  fc.stringMatching(/^[a-z ]{0,40}$/),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('\n', '\\', '"', '\u0000', '\u001f', '\u007f', 'é', '\ud83d\ude00'),
)
const texts = fc.array(stretch, { maxLength: 12 }).map(parts => parts.join(''))

test('long texts are escaped as short ones, and as JSON.stringify does it', () => {
  fc.assert(
    fc.property(texts, text => {
      const bytes = Buffer.from(text)
      const long = changed(escapeLong, bytes, escapedLength(bytes.length))
      expect(long).toBe(changed(escapeShort, bytes, escapedLength(bytes.length)))
      expect(long).toBe(Buffer.from(JSON.stringify(bytes.toString()).slice(1, -1)).toString('latin1'))
    }),
    { numRuns: 2000 },
  )
})

const escaped = fc
  .array(
    fc.oneof(texts, fc.constantFrom('\\n', '\\"', '\\\\', '\\u00e9', '\\ud83d', '\\ud83d\\ude00', '\\u12', '\\x')),
    {
      maxLength: 8,
    },
  )
  .map(parts => parts.join(''))

test('long strings are read as short ones, and as JSON.parse does it', () => {
  fc.assert(
    fc.property(escaped, json => {
      const bytes = Buffer.from(json)
      const long = changed(unescapeLong, bytes, bytes.length)
      expect(long).toBe(changed(unescapeShort, bytes, bytes.length))
      let parsed: string | undefined
      try {
        parsed = JSON.parse(`"${bytes}"`)
      } catch {}
      expect(long).toBe(parsed === undefined ? undefined : Buffer.from(parsed).toString('latin1'))
    }),
    { numRuns: 2000 },
  )
})

test('a text of megabytes makes room for itself', () => {
  const bytes = Buffer.from('A whale.\n'.repeat(300_000))
  const long = changed(escapeLong, bytes, escapedLength(bytes.length))!
  expect(long).toBe('A whale.\\n'.repeat(300_000))
  expect(changed(unescapeLong, Buffer.from(long), long.length)).toBe(bytes.toString())
})
