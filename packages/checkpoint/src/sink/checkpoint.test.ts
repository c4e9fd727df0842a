import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Outcome,
  type RunEvent,
  type Snapshot,
  type StageContext,
  StateError,
  type StepFrame,
  StorageError,
  stepsSchema,
} from '@sluice/pipeline'
import { makeData, RecordBatch, Schema, Struct, vectorFromArray } from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { latestCheckpoint, listCheckpoints } from '../store/list.ts'
import { readCheckpoint } from '../store/read.ts'
import { type MemoryFiles, memoryFiles } from '../testing/memory.ts'
import { snapshotOf } from '../testing/snapshots.ts'
import { type CheckpointOptions, checkpoint } from './checkpoint.ts'

const dir = '/run/checkpoints'

/** A step of a trainer: its snapshot can be had while it is the newest. */
function trainer() {
  let now = -1
  const taken: { step: number; optimizer: boolean }[] = []
  return {
    taken,
    frame(step: number, rows = step > 0): StepFrame {
      now = step
      const children = stepsSchema.fields.map(field => vectorFromArray(rows ? [step] : [], field.type).data[0]!)
      const data = makeData({ type: new Struct(stepsSchema.fields), length: rows ? 1 : 0, nullCount: 0, children })
      return {
        batch: new RecordBatch(stepsSchema as Schema, data),
        cursor: { books: { byte: step }, train: { step } },
        seq: step,
        snapshot({ optimizer }): Snapshot {
          if (now !== step) throw new StateError(`too late: training is at step ${now}`)
          taken.push({ step, optimizer })
          return snapshotOf(step, { optimizer })
        },
      }
    },
  }
}

async function runSteps(
  steps: Iterable<number>,
  options: Partial<CheckpointOptions> & { fileLayer: FileLayer } & Pick<StageContext, 'savedStates'>,
  outcome: Outcome = 'finished',
) {
  const { savedStates } = options
  const events: RunEvent[] = []
  const context: StageContext = {
    seed: 0,
    signal: new AbortController().signal,
    emit: event => events.push(event),
    whenConsumed: async () => {},
    ...(savedStates ? { savedStates } : {}),
  }
  const { frame, taken } = trainer()
  const sink = checkpoint({ dir, every: 100, ...options })
  await sink.open?.(context, undefined)
  try {
    for (const step of steps) await sink.consume(frame(step))
  } catch (error) {
    await sink.close?.('failed').catch(() => {})
    throw error
  }
  await sink.close?.(outcome)
  const written = events.flatMap(event => (event.type === 'checkpoint' ? [event.step] : []))
  return { events, taken, written }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

async function kept(files: MemoryFiles): Promise<string[]> {
  return (await listCheckpoints(dir, { files })).map(({ step, resumable }) => (resumable ? `${step} full` : `${step}`))
}

describe('the checkpoint sink', () => {
  it('writes the beginning, early steps, every hundredth and the last', async () => {
    const files = memoryFiles()
    const { written, taken, events } = await runSteps(range(0, 250), { fileLayer: files })
    expect(written).toEqual([0, 10, 100, 200, 250])
    expect(taken).toEqual([
      { step: 0, optimizer: false },
      { step: 10, optimizer: false },
      { step: 100, optimizer: true },
      { step: 200, optimizer: true },
      { step: 250, optimizer: true },
    ])
    expect(await kept(files)).toEqual(['0', '10', '100 full', '200 full', '250 full'])
    expect(events.at(-1)).toEqual({
      type: 'checkpoint',
      step: 250,
      path: join(dir, 'step-000250'),
      bytes: expect.any(Number),
      seconds: expect.any(Number),
    })
  })

  it('keeps the last ones, and of early ones the weights', async () => {
    const files = memoryFiles()
    await runSteps(range(0, 600), { fileLayer: files, keep: 2, early: [10, 100, 150] })
    expect(await kept(files)).toEqual(['0', '10', '100', '150', '500 full', '600 full'])
    expect((await readCheckpoint(join(dir, 'step-000100'), { files })).step).toBe(100)
  })

  it('writes the best step when it comes, and keeps it until another is better', async () => {
    const files = memoryFiles()
    let best = 30
    const steps = function* () {
      for (const step of range(0, 600)) {
        if (step === 350) best = step
        yield step
      }
    }
    await runSteps(steps(), { fileLayer: files, keep: 1, early: [], best: () => best })
    expect(await kept(files)).toEqual(['0', '350 full', '600 full'])
    const again = memoryFiles()
    await runSteps(range(0, 300), { fileLayer: again, keep: 1, early: [], best: () => 30 })
    expect(await kept(again)).toEqual(['0', '30 full', '300 full'])
  })

  it('writes what was given beside: files and state of that moment', async () => {
    const files = memoryFiles()
    let length = 0
    await runSteps(range(0, 2), {
      fileLayer: files,
      every: 1,
      early: [],
      formats: ['parquet', 'safetensors'],
      files: new Map([['config.json', '{}']]),
      state: () => ({ metrics: length++ }),
    })
    const read = await readCheckpoint((await latestCheckpoint(dir, { files }))!, { files })
    expect(read.state).toEqual({ metrics: 2 })
    expect(read.cursor).toEqual({ books: { byte: 2 }, train: { step: 2 } })
    expect(await read.files('config.json')).toBe('{}')
  })

  it('writes what stages save, where training can go on from it', async () => {
    const files = memoryFiles()
    await runSteps(range(0, 2), {
      fileLayer: files,
      every: 2,
      early: [1],
      savedStates: () => new Map([['books/dedup*', [Uint8Array.of(1, 2), Uint8Array.of(3)]]]),
    })
    const [first, , last] = await listCheckpoints(dir, { files })
    expect((await readCheckpoint(first!.path, { files })).stage('books/dedup*')).toBeUndefined()
    const read = await readCheckpoint(last!.path, { files, part: 'resume' })
    const path = join(last!.path, 'stage.books%2Fdedup%2A.bin')
    expect(read.stage('books/dedup*')).toBe(path)
    expect(read.stage('other')).toBeUndefined()
    const bytes = new Uint8Array(3)
    await (await files.open(path)).read(bytes, 0)
    expect([...bytes]).toEqual([1, 2, 3])
    // What a later run takes away of an early step, leaves its weights whole.
    await runSteps(range(3, 12), { fileLayer: files, every: 2, keep: 1, early: [2] })
    const early = (await listCheckpoints(dir, { files })).find(({ step }) => step === 2)!
    expect((await readCheckpoint(early.path, { files })).stage('books/dedup*')).toBeUndefined()
  })

  it('writes the last step once', async () => {
    const files = memoryFiles()
    expect((await runSteps(range(0, 200), { fileLayer: files })).written).toEqual([0, 10, 100, 200])
    // An early step holds weights only: to go on, all of it is needed.
    expect((await runSteps(range(201, 250), { fileLayer: files, early: [250] })).written).toEqual([250, 250])
    expect(await kept(files)).toContain('250 full')
  })

  it('writes the last step of a stopped run and none of a failed one', async () => {
    expect((await runSteps(range(0, 5), { fileLayer: memoryFiles() }, 'stopped')).written).toEqual([0, 5])
    expect((await runSteps(range(0, 5), { fileLayer: memoryFiles() }, 'failed')).written).toEqual([0])
    expect((await runSteps([0], { fileLayer: memoryFiles() }, 'stopped')).written).toEqual([0, 0])
    expect((await runSteps([], { fileLayer: memoryFiles() }, 'stopped')).written).toEqual([])
  })

  it('does not take a resumed run that begins without rows for the beginning', async () => {
    const files = memoryFiles()
    const { frame } = trainer()
    const sink = checkpoint({ dir, every: 100, fileLayer: files })
    await sink.open?.({ emit: () => {} } as unknown as StageContext, undefined)
    await sink.consume(frame(300, false))
    expect(await kept(files)).toEqual([])
    await sink.consume(frame(301))
    const moved = { ...frame(301, false), cursor: { books: { byte: 9999 } } }
    await sink.consume(moved)
    await sink.close?.('stopped')
    expect(await kept(files)).toEqual(['301 full'])
    expect((await readCheckpoint(join(dir, 'step-000301'), { files })).cursor).toEqual({ books: { byte: 9999 } })
  })

  it('clears up after a writer that died', async () => {
    const files = memoryFiles()
    await runSteps(range(0, 100), { fileLayer: files })
    for (const name of ['step-000200.tmp-1', 'step-000300', 'notes']) {
      await files.makeDirectory(`${dir}/${name}`)
      await (await files.create(`${dir}/${name}/x`)).close()
    }
    await runSteps([], { fileLayer: files })
    expect(await kept(files)).toEqual(['0', '10', '100 full'])
    expect((await files.names(dir)).filter(name => !/0$/.test(name))).toEqual(['notes'])
  })

  it('says when the disk is full, and what is whole', async () => {
    const disk = memoryFiles()
    const limited: FileLayer = {
      ...disk,
      create: async path => ({
        ...(await disk.create(path)),
        write: async () => {
          if (path.includes('step-000200')) {
            throw new StorageError('no space left on the disk', { file: path, advice: 'free some space' })
          }
        },
      }),
    }
    // What is not at step 200 is written by the disk itself.
    const files: FileLayer = {
      ...limited,
      create: path => (path.includes('step-000200') ? limited : disk).create(path),
    }
    const error = await runSteps(range(0, 300), { fileLayer: files }).catch(error => error)
    expect(error).toBeInstanceOf(StorageError)
    expect(String(error).replace(/^.*step-000200\S*/, 'x')).toBe(
      'x the checkpoint of step 200 could not be written: no space left on the disk; free some space; step-000100 is whole',
    )
    expect(await kept(disk)).toEqual(['0', '10', '100 full'])
    expect(disk.paths().filter(path => path.includes('tmp'))).toEqual([])
    await readCheckpoint(join(dir, 'step-000100'), { files: disk })
  })

  it('says so when there is no earlier one', async () => {
    const disk = memoryFiles()
    const files: FileLayer = {
      ...disk,
      create: async () => {
        throw new StorageError('permission denied')
      },
    }
    await expect(runSteps(range(0, 5), { fileLayer: files })).rejects.toMatchObject({
      message: 'the checkpoint of step 0 could not be written: permission denied',
      advice: 'there is no earlier one',
    })
  })

  it('refuses to write never, or to keep nothing', () => {
    expect(() => checkpoint({ dir, every: 0 })).toThrow('expected at least 1, found 0')
    expect(() => checkpoint({ dir, every: 1, keep: 0 })).toThrow('expected at least 1, found 0')
  })

  it('refuses what are no steps', async () => {
    const sink = checkpoint({ dir, every: 1, fileLayer: memoryFiles() })
    expect(() => sink.accept?.(new Schema([]))).toThrow('expected the steps of a trainer, found no column "step"')
    sink.accept?.(stepsSchema)
    const { snapshot: _, ...frame } = trainer().frame(1)
    await expect(sink.consume(frame)).rejects.toThrow('expected frames with a snapshot(), as a trainer emits them')
  })

  it('holds training up for no longer than a copy, but writes one at a time', async () => {
    const disk = memoryFiles()
    let open = 0
    let most = 0
    let release = () => {}
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    const files: FileLayer = {
      ...disk,
      async makeDirectory(path) {
        if (path.includes('tmp')) {
          most = Math.max(most, ++open)
          await gate
          open--
        }
        await disk.makeDirectory(path)
      },
    }
    const { frame } = trainer()
    const sink = checkpoint({ dir, every: 2, early: [], fileLayer: files })
    await sink.open?.({ emit: () => {} } as unknown as StageContext, undefined)
    await sink.consume(frame(0))
    await sink.consume(frame(1))
    const second = Promise.resolve(sink.consume(frame(2)))
    expect(
      await Promise.race([second.then(() => 'consumed'), new Promise(resolve => setTimeout(resolve, 20, 'waits'))]),
    ).toBe('waits')
    release()
    await second
    await sink.close?.('finished')
    expect(most).toBe(1)
    expect(await kept(disk)).toEqual(['0', '2 full'])
  })

  it('works on the machine itself', async () => {
    const path = await mkdtemp(join(tmpdir(), 'sink-'))
    const at = join(path, 'checkpoints')
    await runSteps(range(0, 30), {
      dir: at,
      fileLayer: nodeFiles,
      every: 10,
      keep: 1,
      formats: ['safetensors', 'parquet'],
    })
    const steps = (await listCheckpoints(at)).map(({ step, resumable }) => [step, resumable])
    expect(steps).toEqual([
      [0, false],
      [10, false],
      [30, true],
    ])
    expect((await readCheckpoint((await latestCheckpoint(at, { resumable: true }))!, { part: 'resume' })).step).toBe(30)
    await rm(path, { recursive: true })
  })
})
