import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payloadAt, ShortWords } from './short-words.ts'

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
          table.entries[table.add() + payloadAt] = added.size
          added.set(key, added.size)
        }
      }
      expect(table.size).toBe(added.size)
    }),
  )
})
