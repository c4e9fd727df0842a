import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import type { Cursor } from '../contract/frame.ts'
import type { Stage } from '../contract/stage.ts'
import type { SluiceError } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import { run } from '../runtime/run.ts'
import { documentsBatch, documentsSchema } from '../schemas/documents.ts'
import * as kinds from '../testing/worker-kinds.ts'
import { inWorkers } from './in-workers.ts'

/** Threads of this process, as far as Node tells: each has a message port to it. */
const ports = () => process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length

let before: number
beforeEach(() => {
  before = ports()
})
afterEach(() => expect(ports()).toBe(before))

const words = (count: number) => Array.from({ length: count }, (_, i) => ['word '.repeat(i % 5), `n° ${i}`])

function source(frames: readonly (readonly string[])[], read = { frames: 0 }) {
  return defineSource({
    id: 'given',
    schema: documentsSchema,
    *read(from) {
      for (let i = Number(from ?? 0); i < frames.length; i++) {
        read.frames++
        const rows = frames[i]!.map((text, k) => ({ id: `${i}.${k}`, text, source: 'given' }))
        yield { batch: documentsBatch(rows), position: i + 1 }
      }
    },
  })
}

interface Collected {
  rows: [Cursor, string[]][]
  events: RunEvent[]
  outcome?: string
}

async function collect(
  frames: readonly (readonly string[])[],
  stages: readonly Stage[],
  options: { from?: Cursor; stopAfter?: number; mark?: number; patience?: number } = {},
): Promise<Collected> {
  const result: Collected = { rows: [], events: [] }
  const running = run({
    source: source(frames),
    stages,
    seed: 5,
    sink: {
      id: 'sink',
      consume({ batch, cursor }) {
        result.rows.push([cursor, Array.from(batch.getChild('text') ?? [], String)])
        if (result.rows.length === options.stopAfter) running.stop()
      },
    },
    ...options,
  })
  running.events$.subscribe(event => result.events.push(event))
  result.outcome = (await running.done).outcome
  return result
}

async function failing(frames: readonly (readonly string[])[], stage: Stage): Promise<SluiceError> {
  return collect(frames, [stage]).then(
    () => expect.fail('nothing failed'),
    error => error,
  )
}

describe('inWorkers', () => {
  test.each([kinds.slow, kinds.numbered])('$use: workers give the frames and cursors of none', async kind => {
    const frames = words(40)
    const plain = await collect(frames, [inWorkers(kind, {}, { workers: 0 })])
    expect(plain.rows).toHaveLength(40)
    expect((await collect(frames, [inWorkers(kind, {}, { workers: 2 })])).rows).toEqual(plain.rows)
    const resumed = await collect(frames, [inWorkers(kind, {}, { workers: 1 })], { from: plain.rows[16]![0] })
    expect(resumed.rows).toEqual(plain.rows.slice(17))
  })

  test('frames of any size one after the other: none shows what another one left in its memory', async () => {
    const sizes = [3, 40_000, 0, 700, 40_001, 1, 5_000_000, 9, 39_999, 12]
    const frames = Array.from({ length: 60 }, (_, i) => [`${i} ${'ab '.repeat(sizes[i % sizes.length]! / 3)}`])
    const plain = await collect(frames, [inWorkers(kinds.numbered, {}, { workers: 0 })])
    expect((await collect(frames, [inWorkers(kinds.numbered, {}, { workers: 2 })])).rows).toEqual(plain.rows)
  })

  test('two in a row read no further ahead than the mark allows, and stop within what was read', async () => {
    const read = { frames: 0 }
    let consumed = 0
    const running = run({
      source: source(words(200), read),
      stages: [inWorkers(kinds.slow, {}, { workers: 1 }), inWorkers(kinds.numbered, {}, { workers: 1 })],
      mark: 2000,
      sink: {
        id: 'sink',
        async consume({ seq, batch }) {
          await new Promise(resolve => setTimeout(resolve, 1))
          expect(batch.get(0)!.text).toMatch(`0 ${2 * consumed} ${'WORD '.repeat(consumed % 5)}`)
          expect(read.frames - seq).toBeLessThan(8)
          if (++consumed === 100) running.stop()
        },
      },
    })
    expect(await running.done).toMatchObject({ outcome: 'stopped' })
    expect(consumed).toBe(read.frames)
    expect(consumed).toBeLessThan(110)
  })
})

describe('what goes wrong in a worker', () => {
  test('errors keep their class and origin', async () => {
    const stage = () => inWorkers(kinds.obedient, {}, { workers: 1, id: 'o' })
    const bad = await failing([['fine'], ['bad'], ['fine']], stage())
    expect(`${bad}`).toBe('o: sea.txt: line 7: expected a whale; look again')
    expect(bad).toMatchObject({ name: 'DataError', exitCode: 1 })
    expect(bad.stack).toContain('worker-kinds')
    expect(`${await failing([['cursor']], stage())}`).toBe(
      'o: says that it keeps no state, but writes into the cursor; keep the cursor of each frame, or divide the stage into work and books',
    )
  })

  test('a worker that cannot begin', async () => {
    const error = await failing(words(9), inWorkers(kinds.obedient, { once: 'unfit' }, { workers: 1 }))
    expect(`${error}`).toBe('obedient: list.txt: line 3: the list is damaged')
    expect(error.name).toBe('DataError')
  })

  test('a worker that ends is replaced, and no frame is lost or repeated', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-workers-'))
    const frames = words(20).map((texts, i) => (i === 7 ? ['exit'] : texts))
    const stage = inWorkers(kinds.obedient, { once: join(dir, 'exited') }, { workers: 2 })
    const { rows, events } = await collect(frames, [stage])
    expect(rows).toEqual(frames.map((texts, i) => [{ given: i + 1 }, texts]))
    // What a worker tells reaches the run.
    expect(events).toContainEqual({ type: 'note', stage: 'obedient', message: 'opened' })
    expect(events.filter(event => event.type === 'warning')).toMatchObject([
      { stage: 'obedient', message: 'a worker ended with exit code 3; another takes its place' },
    ])
    await rm(dir, { recursive: true })
  })

  test('work that ends every worker is an error that names it', async () => {
    const frames = words(20).map((texts, i) => (i === 7 ? ['fine', 'exit'] : texts))
    const error = await failing(frames, inWorkers(kinds.obedient, {}, { workers: 1 }))
    expect(`${error}`).toBe(
      'obedient: a worker ended with exit code 3 (3 in a row over the same work); not worked on: 2 rows of frame 8, "7.0" to "7.1"; ' +
        'nothing before it is lost: go on with --resume once the reason is gone',
    )
  })

  test('a run that fails elsewhere ends a worker that never answers', async () => {
    const running = run({
      source: source([['fine'], ['hang']]),
      stages: [inWorkers(kinds.obedient, {}, { workers: 1 })],
      sink: {
        id: 'sink',
        consume() {
          expect(ports()).toBe(before + 1)
          throw new Error('the disk is full')
        },
      },
    })
    await expect(running.done).rejects.toThrow('the disk is full')
  })
})

describe('what cannot be put into workers', () => {
  test('a stage that keeps state; those that may are named', () => {
    const others = [kinds.upper, kinds.stateful, kinds.numbered]
    expect(() => inWorkers(kinds.stateful, {}, { workers: 2, others })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        stage: 'stateful',
        message: 'test "stateful" keeps state from frame to frame and cannot run in workers',
        advice: 'take "workers" out; these can: numbered, upper',
      }),
    )
  })

  test('a kind of no module, or of another than it says', async () => {
    expect(() => inWorkers(kinds.nowhere, {}, { workers: 1 })).toThrow(
      'does not say which module exports the test "nowhere"',
    )
    expect(`${await failing(words(1), inWorkers(kinds.elsewhere, {}, { workers: 1 }))}`).toBe(
      `elsewhere: ${kinds.elsewhere.module}: exports no test "elsewhere"; ` +
        'the "module" of a kind is the import.meta.url of a module that exports it, or a list that has it',
    )
  })

  test('a config with a function; a number that is none', () => {
    expect(() => inWorkers(kinds.upper, { judge: () => true }, { workers: 1 })).toThrow(
      'its config cannot be given to a worker: () => true could not be cloned.',
    )
    for (const workers of [-1, 1.5, Number.NaN, 'many' as never]) {
      expect(() => inWorkers(kinds.upper, {}, { workers })).toThrow(
        'workers must be a whole number from 0 on or "auto", found',
      )
    }
  })
})
