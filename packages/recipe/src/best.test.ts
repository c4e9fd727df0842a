import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEvents } from './log.ts'
import { runTiny, scratch, story, tinyConfig, writeTiny } from './testing/tiny.ts'

test('a run is evaluated by source, keeps its best step and ends when nothing gets better', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  await mkdir(join(folder, 'other'))
  await writeFile(join(folder, 'other/c.txt'), story(200, 2000).toUpperCase())
  // Quick at first, then far too quick.
  const train = { ...tinyConfig.train, steps: 30, learningRate: 0.6, warmup: 20, evaluateEvery: 2, patience: 3 }
  const file = await writeTiny(folder, {
    sources: [
      { use: 'text', path: 'corpus/*.txt' },
      { use: 'text', id: 'loud', path: 'other/*.txt' },
    ],
    // Enough to reach both sources' tails.
    data: { ...tinyConfig.data, evaluation: { share: 0.1, by: 'tail', tokens: 5000 } },
    train,
    checkpoint: { every: 10, keep: 1, early: [], keepBest: true },
  })
  const { summary } = await runTiny(file, { runsDir })
  const { evaluations, notes, step } = summary
  const best = evaluations.reduce((a, b) => (b.step > 0 && b.loss < a.loss ? b : a), evaluations[1]!)
  expect(step).toBe(best.step + 6)
  expect(step).toBeLessThan(30)
  const told = `${best.step}, ${best.loss.toFixed(4)}`
  expect(notes).toContain(`train: training stops at step ${step}: no evaluation was better than that of step ${told}`)
  expect(notes).toContain(`checkpoint: the best evaluation was that of step ${told}: its checkpoint is kept`)
  expect(notes.join('\n')).not.toContain('the text ended')
  const name = (step: number) => `step-${String(step).padStart(6, '0')}`
  const kept = (await readdir(join(runsDir, 'tiny/checkpoints'))).sort()
  expect(kept).toEqual([name(0), name(best.step), name(step)])
  expect(await readdir(join(runsDir, 'tiny/checkpoints', name(best.step)))).toContain('optimizer.safetensors')

  expect(Object.keys(best.sources!).sort()).toEqual(['loud', 'text'])
  const [first] = (await readEvents(join(runsDir, 'tiny/metrics.jsonl'))).filter(event => event.type === 'evaluation')
  expect(first!.values['loss.loud']).toBe(evaluations[0]!.sources!.loud)
  const report = await readFile(summary.report!, 'utf8')
  expect(report).toContain('<th scope="col">loud</th><th scope="col">text</th>')
})
