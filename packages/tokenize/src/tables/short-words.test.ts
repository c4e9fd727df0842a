import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entrySize, headAt, payloadAt, ShortWords } from './short-words.ts'

test('knows each word that was added, and no other', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 })
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 200 }), words => {
      const table = new ShortWords(4)
      const added = new Map<string, number>()
      for (const word of words) {
        // The bytes after the word have no influence.
        const text = Uint8Array.from({ length: 40 }, (_, i) => word[i - 8] ?? added.size)
        const place = table.find(new DataView(text.buffer), 8, word.length)
        const key = word.join()
        if (place >= 0) expect(table.entries[place + payloadAt]).toBe(added.get(key))
        else {
          expect(added.has(key)).toBe(false)
          const entry = table.add()
          table.entries[entry + payloadAt] = added.size
          added.set(key, added.size)
        }
      }
      expect(table.size).toBe(added.size)
    }),
  )
})

test('keeps the words that are wanted, with what is known of them', () => {
  const table = new ShortWords(4)
  const find = (n: number) => {
    const text = new Uint8Array(32)
    const { written } = new TextEncoder().encodeInto(`${n * 7919}`, text)
    return table.find(new DataView(text.buffer), 0, written)
  }
  for (let n = 0; n < 1000; n++) {
    expect(find(n)).toBe(-1)
    const entry = table.add()
    table.entries[entry + payloadAt] = n
  }
  table.keep(place => table.entries[place + payloadAt]! % 3 === 0)
  expect(table.size).toBe(334)
  for (let n = 0; n < 1000; n++) {
    const place = find(n)
    if (n % 3 === 0) expect(table.entries[place + payloadAt]).toBe(n)
    else expect(place).toBe(-1)
  }
  let taken = 0
  for (let i = 0; i < table.entries.length; i += entrySize) if (table.entries[i + headAt] !== 0) taken++
  expect(taken).toBe(334)
})
