import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { documents, readFrames, rowsOf, sized } from '../testing/documents.ts'
import { counting } from '../testing/frames.ts'
import { mix } from './mix.ts'
import type { Quantity } from './quantity.ts'
import { repeat } from './repeat.ts'
import { shard } from './shard.ts'
import { skip } from './skip.ts'
import { take } from './take.ts'

const corpus = fc.record({
  sizes: fc.array(fc.integer({ min: 0, max: 350 }), { maxLength: 15 }),
  frames: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
})
const quantity: fc.Arbitrary<Quantity> = fc.oneof(
  fc.record({ documents: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ bytes: fc.integer({ min: 0, max: 3000 }) }),
)
const names = async (source: Source, from?: Json) => rowsOf(await readFrames(source, from)).map(({ name }) => name)

/** Reads to the end, and from every position on. */
async function resumesExactly(source: () => Source): Promise<void> {
  const all = await readFrames(source())
  for (const [i, frame] of all.entries()) {
    const position = JSON.parse(JSON.stringify(frame.cursor[source().id])) as Json
    const rest = await readFrames(source(), position)
    expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(i + 1).map(({ cursor }) => cursor))
    expect(rowsOf(rest)).toEqual(rowsOf(all.slice(i + 1)))
  }
}

describe('take and skip', () => {
  it('are the two parts of a source, whole documents each', async () => {
    await fc.assert(
      fc.asyncProperty(corpus, quantity, async ({ sizes, frames }, amount) => {
        const source = () => documents('s', sized('s', sizes), frames)
        const taken = rowsOf(await readFrames(take(source(), amount)))
        const left = rowsOf(await readFrames(skip(source(), amount)))
        expect([...taken, ...left]).toEqual(rowsOf(await readFrames(source())))
        expect(taken.at(-1)?.last ?? true).toBe(true)
        const ends = taken.filter(({ last }) => last)
        if (amount.documents !== undefined) expect(ends.length).toBe(Math.min(amount.documents, sizes.length))
        else {
          const bytes = taken.reduce((sum, row) => sum + Math.max(1, row.bytes), 0)
          if (left.length > 0) expect(bytes).toBeGreaterThanOrEqual(amount.bytes)
          // Without its last document it would be too little.
          const id = taken.at(-1)?.name.split('/')[0]
          const before = taken.filter(({ name }) => name.split('/')[0] !== id)
          if (taken.length > 0) {
            expect(before.reduce((sum, row) => sum + Math.max(1, row.bytes), 0)).toBeLessThan(amount.bytes)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('go on exactly after any of their positions, in each other, repeated and mixed', async () => {
    await fc.assert(
      fc.asyncProperty(corpus, quantity, quantity, async ({ sizes, frames }, first, second) => {
        const source = () => documents('s', sized('s', sizes), frames)
        const part = () => take(skip(shard(source(), { index: 1, count: 2 }), first), second)
        await resumesExactly(() => repeat(part(), { epochs: 2 }))
        await resumesExactly(() => mix({ sources: [{ source: part(), weight: 1 }], epochs: 2, frame: 1 }))
      }),
      { numRuns: 40 },
    )
  })

  it('read no further than they must', async () => {
    let pulled = 0
    const source = documents('s', sized('s', [10, 10, 10, 10]), [1])
    const counted: Source = {
      ...source,
      async *read(from, signal) {
        for await (const frame of source.read(from, signal)) {
          pulled++
          yield frame
        }
      },
    }
    expect(await names(take(counted, { documents: 2 }))).toEqual(['s-0/0', 's-1/0'])
    expect(pulled).toBe(2)
  })

  it('refuse what is no amount', () => {
    const both = { documents: 1, bytes: 1 } as unknown as Quantity
    expect(() => take(counting(1), both)).toThrow('take needs either documents or bytes')
    expect(() => skip(counting(1), {} as Quantity)).toThrow('skip needs either documents or bytes')
    expect(() => take(counting(1), { bytes: -1 })).toThrow('take must be a whole number of bytes, found -1')
    expect(() => skip(counting(1), { documents: 1.5 })).toThrow('skip must be a whole number of documents, found 1.5')
  })
})

describe('shard', () => {
  it('gives each document to exactly one of the parts, whatever the frames', async () => {
    await fc.assert(
      fc.asyncProperty(corpus, fc.integer({ min: 1, max: 5 }), async ({ sizes, frames }, count) => {
        const rows = sized('s', sizes)
        const parts = await Promise.all(
          Array.from({ length: count }, (_, index) => names(shard(documents('s', rows, frames), { index, count }))),
        )
        const other = await names(shard(documents('s', rows, [1]), { index: 0, count }))
        expect(other).toEqual(parts[0])
        expect(parts.flat().sort()).toEqual(rows.map(({ id, part }) => `${id}/${part}`).sort())
        const owners = parts.flatMap((part, i) => [...new Set(part.map(name => name.split('/')[0]))].map(id => [id, i]))
        expect(new Set(owners.map(([id]) => id)).size).toBe(owners.length)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps every column, and makes parts of about one size', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) => ({
      id: `${i}`,
      source: 's',
      text: `text ${i}`,
      ...(i % 3 === 0 ? { url: `u${i}`, created: i, metadata: { i } } : {}),
    }))
    const source = documents('s', rows, [70])
    const frames = await readFrames(shard(source, { index: 2, count: 4 }))
    const kept = frames.flatMap(({ batch }) => Array.from({ length: batch.numRows }, (_, i) => batch.get(i)!.toJSON()))
    expect(kept.length).toBeGreaterThan(900)
    expect(kept.length).toBeLessThan(1100)
    for (const { id, text, url, created, metadata, last } of kept) {
      const i = Number(id)
      expect([text, last]).toEqual([`text ${i}`, true])
      expect([url, created, metadata]).toEqual(i % 3 === 0 ? [`u${i}`, i, `{"i":${i}}`] : [null, null, null])
    }
  })

  it('is the same part in every version: processes of different ones must agree', async () => {
    const rows = sized('s', new Array(12).fill(1))
    expect(await names(shard(documents('s', rows, [5]), { index: 0, count: 3 }))).toMatchInlineSnapshot(`
      [
        "s-0/0",
        "s-1/0",
        "s-4/0",
        "s-9/0",
      ]
    `)
  })

  it('refuses what is no part', () => {
    const source = documents('s', [], [1])
    expect(() => shard(source, { index: 0, count: 0 })).toThrow('shard.count must be an integer of at least 1, found 0')
    expect(() => shard(source, { index: 3, count: 3 })).toThrow('shard.index must be from 0 to 2, found 3')
    expect(() => shard(counting(3), { index: 0, count: 2 })).toThrow(
      'a shard is told by the column "id" of text, and there is none',
    )
  })
})
