import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runTiny, scratch, writeTiny } from './testing/tiny.ts'

test('a config becomes a trained model in a run folder', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, {})
  const { summary, events } = await runTiny(file, { runsDir: join(folder, 'runs') })
  console.log(summary, events.map(e => JSON.stringify(e).slice(0, 150)).join('\n'))
  expect(summary.outcome).toBe('finished')
  console.log(await readFile(join(folder, 'runs/tiny/metrics.jsonl'), 'utf8'))
})
