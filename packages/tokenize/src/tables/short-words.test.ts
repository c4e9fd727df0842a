import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ids } from './ids.ts'
import { ShortWords } from './short-words.ts'

test('knows each word that it learned, until it is full, and no other', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 })
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 60 }), fc.constantFrom(4, 16, 1024), (words, most) => {
      const table = new ShortWords(most)
      const learned = new Map<string, number[]>()
      for (const word of words) {
        // The bytes after the word have no influence.
        const text = Uint8Array.from({ length: 40 }, (_, i) => word[i - 8] ?? learned.size)
        const out = new Ids(1)
        out.push(7)
        const known = table.find(new DataView(text.buffer), 8, word.length, out)
        const key = word.join()
        if (known) expect([...out.toArray()]).toEqual([7, ...learned.get(key)!])
        else {
          if (most === 1024) expect(learned.has(key)).toBe(false)
          const ids = Array.from({ length: learned.size % 6 }, (_, i) => learned.size * 10 + i)
          for (const id of ids) out.push(id)
          table.learn(out, 1)
          learned.set(key, ids)
        }
      }
    }),
  )
})
