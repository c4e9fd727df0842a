import { setImmediate } from 'node:timers/promises'
import { makeData, RecordBatch, Struct, Uint8 } from 'apache-arrow'
import { concatMap, Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { Frame } from '../contract/frame.ts'
import type { MemoryUse } from '../events.ts'
import { bulk } from '../testing/frames.ts'
import { splitMemory } from './budget.ts'
import { run } from './run.ts'

const KiB = 1024
const frame = 64 * KiB
const growth = 3
const window = 1024 * KiB
const mark = 256 * KiB
const frames = 200

/** Rows of one column of bytes. */
function sized(like: RecordBatch, bytes: number): RecordBatch {
  const { schema } = like
  const column = makeData({ type: new Uint8(), length: bytes, nullCount: 0, data: new Uint8Array(bytes) })
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: bytes, nullCount: 0, children: [column] }),
  )
}

/** Whoever waits at it goes on when it is opened. */
function barrier(opened: boolean) {
  let open: () => void = () => {}
  const wait = opened
    ? Promise.resolve()
    : new Promise<void>(resolve => {
        open = resolve
      })
  return { wait, open: () => open() }
}

const through = (id: string, wait: () => Promise<unknown>) =>
  defineStage({
    id,
    apply: concatMap(async (given: Frame) => {
      await wait()
      return given
    }),
  })

const grow = () =>
  defineStage({ id: 'grow', map: batch => (batch.numRows === 0 ? batch : sized(batch, batch.numRows * growth)) })

/** Gathers frames up to the window, then lets all of them out, as a shuffle does: each as a copy, and an empty one for each that comes in. */
function gather() {
  let held = 0
  return defineStage({
    id: 'gather',
    window,
    held: () => held,
    apply: upstream =>
      new Observable(subscriber => {
        let kept: RecordBatch[] = []
        let before = 0
        const release = (cursor: Frame['cursor'], seq: number) => {
          for (const [i, batch] of kept.entries()) {
            subscriber.next({ batch, cursor: { ...cursor }, seq: i < kept.length - 1 ? before : seq })
          }
          kept = []
          held = 0
        }
        return upstream.subscribe({
          next({ batch, cursor, seq }) {
            kept.push(batch)
            held += batch.numRows
            if (held + batch.numRows > window) release(cursor, seq)
            else subscriber.next({ batch: sized(batch, 0), cursor: { ...cursor }, seq })
            before = seq
          },
          error: error => subscriber.error(error),
          complete() {
            release({}, before)
            subscriber.complete()
          },
        })
      }),
  })
}

const slow = async () => {
  for (let i = 0; i < 5; i++) await setImmediate()
}
const fast = async () => {}

interface Waits {
  early(): Promise<unknown>
  middle(): Promise<unknown>
  late(): Promise<unknown>
  sink(): Promise<unknown>
}

/** The most that was in flight with such waits, and the most that can be. */
async function inFlight(waits: Partial<Waits>) {
  const { early = fast, middle = fast, late = fast, sink = fast } = waits
  let use: MemoryUse | undefined
  const running = run({
    source: bulk(frames, frame),
    stages: [through('early', early), grow(), through('middle', middle), gather(), through('late', late)],
    sink: { id: 'sink', consume: async () => void (await sink()) },
    mark,
    // What stands still here does so because it is told to.
    patience: 60,
  })
  running.events$.subscribe(event => {
    if (event.type === 'memory') use = event
  })
  await running.done
  const budget = splitMemory({ mark, windows: [{ id: 'gather', bytes: window }] })
  return { most: use!.mostInFlight, allowed: budget.most(growth, frame), usual: mark + 2 * window }
}

describe('what is in flight at a time is bounded', () => {
  it.each(['early', 'middle', 'late', 'sink'] as const)('%s is slow', async which => {
    const { most, allowed } = await inFlight({ [which]: slow })
    expect(most).toBeGreaterThan(mark)
    expect(most).toBeLessThanOrEqual(allowed)
  })

  it.each(['middle', 'late', 'sink'] as const)(
    '%s stands still once text up to the limit has waited before what makes more of it',
    async which => {
      const [first, second] = [barrier(false), barrier(false)]
      const done = inFlight({ early: () => first.wait, [which]: () => second.wait })
      for (let i = 0; i < 200; i++) await setImmediate()
      first.open()
      for (let i = 0; i < 200; i++) await setImmediate()
      second.open()
      const { most, allowed, usual } = await done
      expect(most).toBeGreaterThan(usual)
      expect(most).toBeLessThanOrEqual(allowed)
    },
  )
})
