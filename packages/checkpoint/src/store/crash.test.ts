import { randomStream } from '@sluice/pipeline'
import { describe, expect, it } from 'vitest'
import type { FileLayer } from '../files/layer.ts'
import { Crash, dying } from '../testing/dying.ts'
import { type Loss, type MemoryFiles, memoryFiles } from '../testing/memory.ts'
import { snapshotOf } from '../testing/snapshots.ts'
import { latestCheckpoint, listCheckpoints } from './list.ts'
import { prune } from './prune.ts'
import { readCheckpoint, verifyCheckpoint } from './read.ts'
import { sweep } from './sweep.ts'
import { writeCheckpoint } from './write.ts'

const dir = '/run/checkpoints'
const early = new Set([0, 100])

interface Scenario {
  /** The checkpoints before; what the last one's salt is. */
  readonly before: (files: FileLayer) => Promise<void>
  /** The step that is written when the power fails. */
  readonly step: number
  readonly keep: number
  /** What may be the newest afterwards: step and salt. */
  readonly allowed: readonly string[]
}

async function write(files: FileLayer, step: number, salt: number, keep = 3): Promise<void> {
  const content = {
    snapshot: snapshotOf(step, { salt, optimizer: step !== 0 }),
    cursor: { books: { byte: step } },
    formats: ['safetensors'] as const,
    files: new Map([['config.json', '{}']]),
  }
  await writeCheckpoint(dir, content, { files })
  await prune(dir, keep, early, files)
}

const scenarios: Record<string, Scenario> = {
  'the first one of all': { before: async () => {}, step: 0, keep: 3, allowed: ['none', '0 of 1'] },
  'one more, and the oldest goes': {
    before: async files => {
      await write(files, 200, 0)
      await write(files, 300, 0)
    },
    step: 400,
    keep: 2,
    allowed: ['300 of 0', '400 of 1'],
  },
  'one more, and of an early one the weights stay': {
    before: files => write(files, 100, 0),
    step: 200,
    keep: 1,
    allowed: ['100 of 0', '200 of 1'],
  },
  'the same step once more': {
    before: files => write(files, 200, 0),
    step: 200,
    keep: 1,
    allowed: ['200 of 0', '200 of 1'],
  },
}

describe.each(Object.entries(scenarios))('a crash while writing %s', (_, scenario) => {
  const losses: [string, (at: number) => Loss][] = [
    ['everything that was not synced', () => 'everything'],
    ['nothing', () => 'nothing'],
    ...Array.from({ length: 8 }, (_, i): [string, (at: number) => Loss] => [
      `something else (${i})`,
      at => {
        const random = randomStream(i, 'losses')
        let index = at * 1000
        return choices => Math.floor(random.uniform(index++) * choices)
      },
    ]),
  ]

  it.each(losses)('that loses %s leaves the old or the new', async (_, lossAt) => {
    for (let at = 1; ; at++) {
      const disk = memoryFiles()
      await disk.makeDirectory('/run')
      await disk.syncDirectory('/')
      await scenario.before(disk)
      const machine = dying(disk, at)
      const error = await write(machine.files, scenario.step, 1, scenario.keep).catch(error => error)
      const after = disk.crash(lossAt(at))
      const found = await newest(after)
      if (error === undefined) {
        // It lived through all operations.
        expect(found).toBe(scenario.allowed.at(-1))
        expect(at).toBeGreaterThan(20)
        break
      }
      expect(error).toBeInstanceOf(Crash)
      expect(scenario.allowed).toContain(found)

      // The next writer clears up, finds the same, and writes.
      await sweep(dir, after)
      expect(await newest(after)).toBe(found)
      const left = after.paths().filter(path => /tmp|replaced/.test(path))
      expect(left).toEqual([])
      await write(after, scenario.step, 1, scenario.keep)
      expect(await newest(after)).toBe(scenario.allowed.at(-1))
    }
  })

  it('while clearing up, too', async () => {
    for (let at = 1; ; at++) {
      const disk = memoryFiles()
      await disk.makeDirectory('/run')
      await disk.syncDirectory('/')
      await scenario.before(disk)
      const machine = dying(disk, at)
      const error = await write(machine.files, scenario.step, 1, scenario.keep).catch(error => error)
      if (error === undefined) break
      expect(error).toBeInstanceOf(Crash)
      const after = disk.crash('nothing')
      const found = await newest(after)
      for (let second = 1; ; second++) {
        const copy = after.crash('nothing')
        const again = await sweep(dir, dying(copy, second).files).catch(error => error)
        expect(await newest(copy.crash('everything'))).toBe(found)
        expect(await newest(copy.crash('nothing'))).toBe(found)
        if (again === undefined) break
        expect(again).toBeInstanceOf(Crash)
      }
    }
  })
})

async function newest(files: MemoryFiles): Promise<string> {
  // All that are listed are whole, not only the newest.
  for (const { path } of await listCheckpoints(dir, { files })) await verifyCheckpoint(path, { files })
  const path = await latestCheckpoint(dir, { files })
  if (path === undefined) return 'none'
  const { step, weights, trainer, state, cursor } = await readCheckpoint(path, { files })
  const salt = weights.get('a.weight')!.data[1]!
  expect(trainer).toEqual({ step, loss: 1 / 3, salt })
  expect(cursor).toEqual({ books: { byte: step } })
  expect(state).toEqual({})
  return `${step} of ${salt}`
}
