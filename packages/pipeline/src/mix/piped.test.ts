import { concatMap, delay, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { Json } from '../contract/frame.ts'
import type { Stage } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { run } from '../runtime/run.ts'
import { keepRows } from '../schemas/keep-rows.ts'
import { documents, readFrames, rowsOf, sized } from '../testing/documents.ts'
import { mix } from './mix.ts'
import { piped } from './piped.ts'
import { repeat } from './repeat.ts'

/** Drops every third document, late, and keeps how many it has seen. */
function everyThird(id: string, emit = false): Stage {
  let seen = 0
  let told: (event: RunEvent) => void = () => {}
  return defineStage({
    id,
    apply: concatMap(frame => {
      const batch = keepRows(frame.batch, () => seen++ % 3 !== 0)
      return of({ ...frame, batch, cursor: { ...frame.cursor, [id]: seen } }).pipe(delay(1))
    }),
    async open(context, from) {
      seen = (from as number | undefined) ?? 0
      told = event => context.emit(event)
    },
    async close() {
      if (emit) told({ type: 'note', stage: id, message: `saw ${seen}` })
    },
    save: () => [Uint8Array.of(seen)],
  })
}

const source = (id: string, count = 30) => documents(id, sized(id, new Array(count).fill(50)), [4, 7])
const names = (frames: Parameters<typeof rowsOf>[0]) => rowsOf(frames).map(({ name }) => name)

describe('piped', () => {
  it('gives what the stages give, and goes on exactly after any frame', async () => {
    const make = () => piped({ source: repeat(source('a'), { epochs: 2 }), stages: () => [everyThird('a/third')] })
    const all = await readFrames(make())
    expect(names(all)).toHaveLength(40)
    for (const [i, { cursor }] of all.entries()) {
      const position = JSON.parse(JSON.stringify(cursor.a)) as Json
      expect(names(await readFrames(make(), position))).toEqual(names(all.slice(i + 1)))
    }
  })

  it('passes on what its stages tell and save, and closes them when it is left', async () => {
    const told: RunEvent[] = []
    const one = piped({
      source: source('a'),
      stages: () => [everyThird('a/third', true)],
      emit: event => told.push(event),
    })
    await readFrames(one, undefined, 2)
    expect(told).toEqual([{ type: 'note', stage: 'a/third', message: expect.stringMatching(/^saw \d+$/) }])
    expect([...one.savedStates!().keys()]).toEqual(['a/third'])
    let saved: string[] = []
    const sink = {
      id: 'sink',
      async open(context: { savedStates?(): ReadonlyMap<string, unknown> | Promise<ReadonlyMap<string, unknown>> }) {
        saved = [...(await context.savedStates!()).keys()]
      },
      consume() {},
    }
    await run({ source: mix({ sources: [{ source: one, weight: 1, repeats: true }] }), stages: [], sink }).done
    expect(saved).toEqual(['a/third'])
  })

  it('fails as its stages do, by their names', async () => {
    const broken = defineStage({
      id: 'a/broken',
      apply: concatMap(() => {
        throw new Error('no')
      }),
    })
    const error = await readFrames(piped({ source: source('a'), stages: () => [broken] })).catch(error => error)
    expect(error).toMatchObject({ stage: 'a/broken' })
  })

  it('mixes by what comes out, exactly resumed', async () => {
    const make = () =>
      mix({
        unit: 'documents',
        frame: 1,
        sources: ['a', 'b'].map((id, i) => ({
          source: piped({
            source: repeat(source(id), { epochs: 2 }),
            stages: () => (i === 0 ? [everyThird('a/third')] : []),
          }),
          weight: 1,
          epochs: 2,
          repeats: true,
        })),
      })
    const all = await readFrames(make())
    // 40 of a are left and 60 of b are there: half and half while both last.
    const firsts = rowsOf(all).slice(0, 70)
    expect(Math.abs(firsts.filter(row => row.source === 'a').length - 35)).toBeLessThanOrEqual(2)
    for (const [i, { cursor }] of all.entries()) {
      if (i % 7 !== 0) continue
      const rest = await readFrames(make(), JSON.parse(JSON.stringify(cursor.mix)) as Json)
      expect(names(rest)).toEqual(names(all.slice(i + 1)))
    }
  })
})
