import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../contract/frame.ts'
import type { RunEvent } from '../events.ts'
import { run } from '../runtime/run.ts'
import { documents, readFrames, rowsOf, sized } from '../testing/documents.ts'
import { mix } from './mix.ts'

const member = fc.record({
  documents: fc.array(fc.integer({ min: 0, max: 350 }), { maxLength: 12 }),
  frames: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
  weight: fc.integer({ min: 1, max: 9 }),
  epochs: fc.integer({ min: 1, max: 3 }),
})
const options = fc.record({
  list: fc.array(member, { minLength: 1, maxLength: 4 }),
  frame: fc.constantFrom(1, 120, 100_000),
  unit: fc.constantFrom('bytes' as const, 'documents' as const),
})

type Options = typeof options extends fc.Arbitrary<infer T> ? T : never

function mixed({ list, frame, unit }: Options) {
  const sources = list.map((each, i) => ({
    source: documents(`s${i}`, sized(`s${i}`, each.documents), each.frames),
    weight: each.weight,
    epochs: each.epochs,
  }))
  return mix({ sources, frame, unit })
}

describe('mix of documents', () => {
  it('gives every document of every epoch once, its parts together, in order', async () => {
    await fc.assert(
      fc.asyncProperty(options, async given => {
        const rows = rowsOf(await readFrames(mixed(given)))
        for (const [i, each] of given.list.entries()) {
          const once = sized(`s${i}`, each.documents).map(row => `${row.id}/${row.part}`)
          const all = Array.from({ length: each.epochs }, () => once).flat()
          expect(rows.filter(row => row.source === `s${i}`).map(row => row.name)).toEqual(all)
        }
        let open: string | undefined
        for (const { name, last } of rows) {
          const [id] = name.split('/')
          expect(open ?? id).toBe(id)
          open = last ? undefined : id
        }
      }),
      { numRuns: 60 },
    )
  })

  it('goes on exactly after any of its positions, within a frame and within a document too', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.nat(), async (given, place) => {
        const all = await readFrames(mixed(given))
        if (all.length === 0) return
        const at = place % all.length
        const position = JSON.parse(JSON.stringify(all[at]!.cursor.mix)) as Json
        const source = mixed(given)
        const rest = await readFrames(source, position)
        expect(rest.map(rows => rowsOf([rows]))).toEqual(all.slice(at + 1).map(rows => rowsOf([rows])))
        expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(at + 1).map(({ cursor }) => cursor))
      }),
      { numRuns: 150 },
    )
  })

  it('keeps to the weights to within one document, where frames are as small', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 350 }), { minLength: 40, maxLength: 40 })
    const sources = fc.array(fc.tuple(sizes, fc.integer({ min: 1, max: 9 })), { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sources, fc.constantFrom('bytes' as const, 'documents' as const), async (list, unit) => {
        const total = list.reduce((sum, [, weight]) => sum + weight, 0)
        const source = mix({
          unit,
          frame: 1,
          sources: list.map(([each, weight], i) => ({
            source: documents(`s${i}`, sized(`s${i}`, each), [1000]),
            weight,
          })),
        })
        const most = unit === 'bytes' ? 350 : 1
        let frames = 0
        for await (const { batch } of source.read(undefined, new AbortController().signal)) {
          if (frames++ === 100) break
          // Judged where no document is under way.
          if (!batch.get(batch.numRows - 1)!.last) continue
          const shares = source.shares()
          const given = shares.reduce((sum, share) => sum + share.given, 0)
          for (const [i, [, weight]] of list.entries()) {
            expect(Math.abs(shares[i]!.given - (given * weight) / total)).toBeLessThanOrEqual(list.length * most)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('divides a large frame, and gives a large one whole to a source that lacks as much', async () => {
    const sources = [
      { source: documents('a', sized('a', new Array(100).fill(10)), [100]), weight: 9 },
      { source: documents('b', sized('b', new Array(100).fill(10)), [100]), weight: 1 },
    ]
    const frames = await readFrames(mix({ sources, frame: 50, epochs: 1 }), undefined, 5)
    expect(frames.map(({ batch }) => [batch.get(0)!.source, batch.numRows])).toEqual([
      ['a', 5],
      ['b', 5],
      ['a', 40],
      ['a', 5],
      ['b', 5],
    ])
  })

  it('gives each source its own epochs, the others the epochs of the mix', async () => {
    const sources = ['a', 'b', 'c'].map(id => ({ source: documents(id, sized(id, [10, 10]), [2]), weight: 1 }))
    const source = mix({
      sources: [{ ...sources[0]!, epochs: 3 }, sources[1]!, { ...sources[2]!, epochs: 1 }],
      epochs: 2,
    })
    const rows = rowsOf(await readFrames(source))
    expect(['a', 'b', 'c'].map(id => rows.filter(row => row.source === id).length)).toEqual([6, 4, 2])
  })

  it('goes on after its end, with more epochs', async () => {
    const source = (epochs: number) =>
      mix({
        epochs,
        sources: ['a', 'b'].map(id => ({
          source: documents(id, sized(id, id === 'a' ? [10, 10] : [5]), [1]),
          weight: 1,
        })),
      })
    const end = (await readFrames(source(1))).at(-1)!.cursor.mix
    expect(await readFrames(source(1), end)).toEqual([])
    expect(
      rowsOf(await readFrames(source(2), end))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a-0/0', 'a-1/0', 'b-0/0'])
  })

  it('tells the run what was given, at the end', async () => {
    const sources = [
      { source: documents('a', sized('a', [30, 30]), [2]), weight: 1 },
      { source: documents('b', sized('b', [20]), [1]), weight: 1 },
    ]
    const events: RunEvent[] = []
    const running = run({ source: mix({ sources, epochs: 1 }), stages: [], sink: { id: 'sink', consume: () => {} } })
    running.events$.subscribe(event => events.push(event))
    await running.done
    expect(events.filter(event => event.type === 'mixed').at(-1)).toEqual({
      type: 'mixed',
      stage: 'mix',
      unit: 'bytes',
      shares: [
        { id: 'a', asked: 0.5, given: 60, achieved: 0.75 },
        { id: 'b', asked: 0.5, given: 20, achieved: 0.25 },
      ],
    })
  })
})
