import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Cursor } from '../contract/frame.ts'
import type { SavedStates, StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { run } from '../runtime/run.ts'
import type { ApartStart } from '../testing/apart-run.ts'
import { numbersSchema, values } from '../testing/frames.ts'
import { sourceCases } from '../testing/life-cycle/index.ts'
import { threadProgram } from '../threads/program.ts'
import { sourceApart } from './source-apart.ts'

const apart = (start: Omit<ApartStart, 'from'>, replaceable = false) =>
  sourceApart({
    id: 'data',
    schema: numbersSchema,
    parts: ['counting', 'gather'],
    program: threadProgram(import.meta.url, '../testing/apart-run'),
    started: from => ({ ...start, from }) satisfies ApartStart,
    replaceable,
  })

const text = (states: SavedStates | undefined) =>
  [...(states ?? [])].map(([id, chunks]) => `${id}: ${Buffer.concat([...chunks])}`)

/** A run whose sink keeps what stages want kept after each frame, as one that writes checkpoints does; slowly, if `consume` is. */
async function keeping(
  source: ReturnType<typeof apart>,
  { from, consumed }: { from?: Cursor; consumed?: (n: number) => unknown } = {},
) {
  const numbers: number[] = []
  const cursors: Cursor[] = []
  const events: RunEvent[] = []
  let kept: SavedStates | undefined
  let lent: StageContext | undefined
  const running = run({
    source,
    stages: [],
    ...(from ? { from } : {}),
    sink: {
      id: 'sink',
      async open(context) {
        lent = context
      },
      async consume(frame) {
        numbers.push(values(frame)[0]!)
        cursors.push(frame.cursor)
        await consumed?.(numbers.at(-1)!)
        kept = await lent!.savedStates!()
      },
    },
  })
  running.events$.subscribe(event => events.push(event))
  const error = await running.done.then(
    () => undefined,
    (error: Error) => error,
  )
  return { numbers, cursors, events, kept: text(kept)[0], error }
}

const pause = () => new Promise(resolve => setTimeout(resolve, 30))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe('a run that begins in a thread', () => {
  test('gives all its frames, with what its stages keep, and goes on at each', async () => {
    const { numbers, cursors, kept, error } = await keeping(apart({ count: 9 }))
    expect({ numbers, kept, error }).toEqual({ numbers: upTo(9), kept: 'gather: 1,2,3,4,5,6,7,8,9', error: undefined })
    expect(cursors[3]).toEqual({ counting: 4 })
    expect((await keeping(apart({ count: 9 }), { from: cursors[3]! })).numbers).toEqual([5, 6, 7, 8, 9])
  })

  test('a fault there comes after the frames before it, and these can still be kept', async () => {
    const { numbers, kept, error } = await keeping(apart({ count: 9, failsAt: 6 }), { consumed: pause })
    expect(`${error}`).toBe('gather: numbers.txt: ends too early')
    expect(error!.name).toBe('DataError')
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers).toEqual(upTo(numbers.length))
    // What it has read ahead may be in it: the cursor says how much counts.
    expect(kept).toMatch(new RegExp(`^gather: ${numbers.join()}`))
  })

  test('it dies, and with it what its stages have gathered: no other is asked for that', async () => {
    const { numbers, error } = await keeping(apart({ count: 9, diesAt: 6 }), { consumed: pause })
    expect(`${error}`).toBe(
      'data: the thread of "data" ended with exit code 3, and with it what its stages had gathered; ' +
        'nothing that was trained on is lost: go on from the last checkpoint with --resume',
    )
    expect(numbers).toEqual(upTo(numbers.length))
    expect(numbers.length).toBeLessThan(6)
  })

  test('it dies, and another goes on where nothing is lost by that; over and over, it is an error', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-apart-'))
    const once = await keeping(apart({ count: 9, diesAt: 6, once: join(dir, 'died') }, true))
    expect(once.error).toBeUndefined()
    expect(once.numbers).toEqual(upTo(9))
    expect(once.events.filter(({ type }) => type === 'warning')).toMatchObject([
      { stage: 'data', message: 'the thread of "data" ended with exit code 3; another goes on where it was' },
    ])
    await rm(dir, { recursive: true })
    const always = await keeping(apart({ count: 9, diesAt: 6 }, true))
    expect(`${always.error}`).toContain('ended with exit code 3 (3 in a row without a frame)')
    expect(always.numbers).toEqual(upTo(always.numbers.length))
  })

  test('it dies while nobody waits for it, as that of a slow trainer does: the next is asked for where it was', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-apart-'))
    const afterDeath = async (replaceable: boolean) => {
      const once = join(dir, `${replaceable}`)
      const numbers: number[] = []
      try {
        for await (const frame of apart({ count: 20, diesAt: 7, once }, replaceable).read(undefined, signal)) {
          numbers.push(values(frame)[0]!)
          // All that was asked for has come, the thread has read on by itself, and nothing is asked for meanwhile.
          if (numbers.length === 1)
            await vi
              .waitUntil(() => existsSync(once), { timeout: 120_000 })
              .then(pause)
              .then(pause)
        }
      } catch (error) {
        return { numbers, error: `${error}` }
      }
      return { numbers, error: undefined }
    }
    const { signal } = new AbortController()
    expect(await afterDeath(true)).toEqual({ numbers: upTo(20), error: undefined })
    const { numbers, error } = await afterDeath(false)
    expect(error).toContain('ended with exit code 3, and with it what its stages had gathered')
    expect(numbers).toEqual(upTo(numbers.length))
    expect(numbers.length).toBeLessThan(7)
    await rm(dir, { recursive: true })
  })
})

describe('its life', () => {
  const cases = sourceCases({
    make() {
      const { apart: _, read, ...source } = apart({ count: 12 })
      return {
        ...source,
        // Its position is the whole cursor of what goes on there.
        async *read(from, signal) {
          for await (const frame of read(from, signal)) yield { ...frame, cursor: { data: frame.cursor } }
        },
      }
    },
  })
  test.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
