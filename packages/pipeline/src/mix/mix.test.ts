import { Field, Schema, Utf8 } from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import type { Frame, Json } from '../contract/frame.ts'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { Source } from '../contract/source.ts'
import type { RunEvent } from '../events.ts'
import { run } from '../runtime/run.ts'
import { collecting, counting, numbers, numbersSchema, values } from '../testing/frames.ts'
import { mix } from './mix.ts'

/** Frames of the given numbers of rows, all of them holding `mark`. */
function rows(id: string, sizes: readonly number[], mark: number): Source {
  return defineSource({
    id,
    schema: numbersSchema,
    *read(from) {
      for (let i = ((from as number | undefined) ?? -1) + 1; i < sizes.length; i++) {
        yield { batch: numbers(new Array(sizes[i]!).fill(mark)), position: i }
      }
    },
  })
}

async function read(source: Source, from?: Json, most = Number.POSITIVE_INFINITY): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of source.read(from, new AbortController().signal)) {
    if (frames.push(frame) === most) break
  }
  return frames
}

describe('mix', () => {
  it('gives each source its share of bytes, to within a frame, at any time', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 60, maxLength: 60 })
    const sources = fc.array(fc.tuple(sizes, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sources, async list => {
        const members = list.map(([each, weight], i) => ({ source: rows(`s${i}`, each, i), weight }))
        const total = list.reduce((sum, [, weight]) => sum + weight, 0)
        const given = new Array<number>(list.length).fill(0)
        for (const frame of await read(mix({ sources: members }), undefined, 60)) {
          given[values(frame)[0]!]! += frameBytes(frame)
          const sum = given.reduce((a, b) => a + b)
          for (const [i, [, weight]] of list.entries()) {
            expect(Math.abs(given[i]! - (sum * weight) / total)).toBeLessThanOrEqual(list.length * 50 * 4)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('weighs documents where that is asked', async () => {
    const sources = [
      { source: rows('long', [50, 50, 50, 50, 50, 50], 0), weight: 1 },
      { source: rows('short', [10], 1), weight: 1 },
    ]
    const frames = await read(mix({ sources, unit: 'documents' }), undefined, 12)
    expect(frames.map(frame => values(frame)[0])).toEqual([0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1])
  })

  it('keeps the proportion of the others when one has ended', async () => {
    const ones = (n: number) => new Array<number>(n).fill(1)
    const sources = [
      { source: rows('a', ones(300), 0), weight: 2 },
      { source: rows('b', ones(150), 1), weight: 1 },
      { source: rows('c', ones(10), 2), weight: 3 },
    ]
    const frames = (await read(mix({ sources, epochs: 1 }))).map(frame => values(frame)[0]!)
    const end = frames.lastIndexOf(2)
    expect(frames.filter(mark => mark === 2)).toHaveLength(10)
    for (let i = end + 1; i + 30 <= 400; i += 30) {
      expect(frames.slice(i, i + 30).filter(mark => mark === 0)).toHaveLength(20)
    }
    expect(frames).toHaveLength(460)
  })

  it('goes on exactly after any of its positions', async () => {
    const sources = () => [
      { source: rows('a', [3, 1, 4, 1, 5], 0), weight: 2 },
      { source: rows('b', [9, 2, 6], 1), weight: 1 },
    ]
    const all = await read(mix({ sources: sources(), epochs: 2 }))
    for (const [i, frame] of all.entries()) {
      const position = JSON.parse(JSON.stringify(frame.cursor.mix)) as Json
      const rest = await read(mix({ sources: sources(), epochs: 2 }), position)
      expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(i + 1).map(({ cursor }) => cursor))
      expect(rest.map(values)).toEqual(all.slice(i + 1).map(values))
    }
  })

  it('tells the shares that were achieved', async () => {
    const sources = [
      { source: rows('a', [1], 0), weight: 3 },
      { source: rows('b', [1], 1), weight: 1 },
    ]
    const source = mix({ id: 'corpus', sources })
    expect(source.shares()).toEqual([
      { id: 'a', asked: 0.75, given: 0, achieved: 0 },
      { id: 'b', asked: 0.25, given: 0, achieved: 0 },
    ])
    const events: RunEvent[] = []
    const running = run({
      source,
      stages: [],
      mark: 1,
      sink: { id: 'sink', consume: frame => (frame.seq === 8 ? running.stop() : undefined) },
    })
    running.events$.subscribe(event => events.push(event))
    const { cursor } = await running.done
    expect(events.at(-2)).toEqual({
      type: 'note',
      stage: 'corpus',
      message: 'shares by bytes: a 75.0 % (asked 75.0 %), b 25.0 % (asked 25.0 %)',
      values: { a: 0.75, b: 0.25 },
    })
    expect(cursor).toEqual({
      corpus: { a: { given: 24, at: { epoch: 5, at: 0 } }, b: { given: 8, at: { epoch: 1, at: 0 } } },
    })
  })

  it('returns the sources that it has not read to their end', async () => {
    const returned: string[] = []
    const source = (id: string) =>
      defineSource({
        id,
        schema: numbersSchema,
        *read() {
          try {
            for (let n = 0; ; n++) yield { batch: numbers([n]), position: n }
          } finally {
            returned.push(id)
          }
        },
      })
    const sources = ['a', 'b', 'c'].map(id => ({ source: source(id), weight: 1 }))
    await read(mix({ sources }), undefined, 2)
    expect(returned).toEqual(['a', 'b'])
  })

  it('refuses what makes no sense', () => {
    const other = defineSource({ id: 'other', schema: new Schema([new Field('n', new Utf8())]), *read() {} })
    const pair = (source: Source, weight = 1) => ({
      sources: [
        { source: counting(1), weight: 1 },
        { source, weight },
      ],
    })
    expect(() => mix({ sources: [] })).toThrow('needs at least one source')
    expect(() => mix(pair(counting(2)))).toThrow('has two sources called "counting"')
    expect(() => mix(pair(counting(2, 'b'), 0))).toThrow('the weight of "b" must be more than 0, found 0')
    expect(() => mix(pair(other))).toThrow('"counting" gives "n" as Int32, "other" as Utf8')
  })

  it('is as replayable as its members', async () => {
    const once = { ...counting(2, 'once'), replayable: false }
    const source = mix({ sources: [{ source: once, weight: 1 }] })
    expect(source.replayable).toBe(false)
    const sink = collecting()
    await run({ source, stages: [], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([1, 2])
  })
})
