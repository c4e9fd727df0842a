import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { readEvents } from './log.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a clock that is set back again and again changes nothing', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { train: { ...tinyConfig.train, steps: 4, tensorboard: true } })
  await runTiny(file, { runsDir: join(folder, 'plain') })
  let now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => {
    now -= 3_600_000
    return now
  })
  await runTiny(file, { runsDir: join(folder, 'back') })
  const told = async (runs: string) => {
    const events = await readEvents(join(folder, runs, 'tiny', 'metrics.jsonl'))
    return events.flatMap(event => (event.type === 'metric' ? [event] : []))
  }
  const [plain, back] = [await told('plain'), await told('back')]
  expect(back.map(({ step, values }) => [step, values.loss])).toEqual(
    plain.map(({ step, values }) => [step, values.loss]),
  )
  for (const { values } of back) expect(values.seconds).toBeGreaterThan(0)
})
