import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TinyWords, tinyMasks, tinyPayloadAt } from './tiny-words.ts'

test('knows each word that was added, and no other', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 }).filter(word => word.at(-1) !== 0)
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 200 }), words => {
      const table = new TinyWords(2)
      const added = new Map<string, number>()
      for (const word of words) {
        // The bytes after the word have no influence.
        const text = Uint8Array.from({ length: 20 }, (_, i) => word[i - 8] ?? added.size + 1)
        const view = new DataView(text.buffer)
        const a = view.getInt32(8, true) & tinyMasks[2 * word.length]!
        const b = view.getInt32(12, true) & tinyMasks[2 * word.length + 1]!
        const key = word.join()
        expect(table.entries[table.find(a, b) + tinyPayloadAt]).toBe(added.get(key) ?? 0)
        if (added.has(key)) continue
        added.set(key, added.size + 1)
        table.entries[table.add(a, b) + tinyPayloadAt] = added.size
      }
      expect(table.size).toBe(added.size)
      table.clear()
      expect([table.size, table.entries.length]).toEqual([0, 16])
    }),
  )
})
