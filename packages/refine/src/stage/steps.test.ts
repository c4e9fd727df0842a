import { setImmediate as nextTurn } from 'node:timers/promises'
import { documentsBatch } from '@sluice/pipeline'
import { firstValueFrom, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { refined, rowsSource } from '../testing/refined.ts'
import { refiner } from './refiner.ts'
import type { Steps } from './steps.ts'
import type { Verdict } from './verdict.ts'

const rows = ['a', 'long', 'b', 'longer', 'c'].map(text => ({ text, id: text }))
const batch = documentsBatch(rows.map(row => ({ ...row, source: 'test' })))

/** Judges what is short at once, and the rest in steps, until the event loop has had a turn: for ever if it never has. */
function patient() {
  let turns = 0
  function* judging(text: string): Steps<Verdict> {
    let passed = false
    setImmediate(() => {
      passed = true
      turns++
    })
    while (!passed) yield
    return text === 'longer' ? { drop: 'too long' } : { text: `${text}!` }
  }
  const stage = refiner({
    name: 'patient',
    parallel: 'stateless',
    options: {},
    judge: ({ text }) => (text.length > 1 ? judging(text) : undefined),
  })
  return { stage, turns: () => turns }
}

describe('a judge that takes steps', () => {
  it('gives turns to the event loop, and the documents keep their order', async () => {
    const { stage, turns } = patient()
    const { texts, events } = await refined(rowsSource(rows, 2), [stage])
    expect(texts).toEqual(['a', 'long!', 'b', 'c'])
    expect(turns()).toBe(2)
    expect(events.find(event => event.type === 'refined')).toMatchObject({
      sources: { test: { documents: 5, kept: 4, dropped: { 'too long': 1 } } },
    })
  })

  it('says the same in a worker', async () => {
    const { stage, turns } = patient()
    const { note } = await stage.divided!.work.apply(batch, null)
    expect(note).toEqual([
      { row: 1, text: true },
      { row: 3, drop: 'too long' },
    ])
    expect(turns()).toBe(2)
  })

  it('goes on exactly from any frame', async () => {
    const whole = await refined(rowsSource(rows, 2), [patient().stage])
    for (const [i, { cursor }] of whole.frames.entries()) {
      const rest = await refined(rowsSource(rows, 2), [patient().stage], { from: JSON.parse(JSON.stringify(cursor)) })
      expect(rest.frames.map(frame => frame.cursor)).toEqual(whole.frames.slice(i + 1).map(frame => frame.cursor))
    }
  })

  it('is left where nobody waits for it any more', async () => {
    let steps = 0
    const stage = refiner({
      name: 'endless',
      options: {},
      *judge() {
        for (;;) {
          steps++
          yield
        }
      },
    })
    const subscription = of({ batch, cursor: {}, seq: 0 }).pipe(stage.apply).subscribe()
    await nextTurn()
    expect(steps).toBeGreaterThan(0)
    subscription.unsubscribe()
    const before = steps
    for (let turn = 0; turn < 10; turn++) await nextTurn()
    expect(steps).toBe(before)
  })

  it('fails as one that judges at once', async () => {
    const stage = refiner({
      name: 'failing',
      options: {},
      *judge() {
        let passed = false
        setImmediate(() => {
          passed = true
        })
        while (!passed) yield
        throw new Error('of the judge')
      },
    })
    const judged = of({ batch, cursor: {}, seq: 0 }).pipe(stage.apply)
    await expect(firstValueFrom(judged)).rejects.toThrow('of the judge')
  })
})
