import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRunFolder, type RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { openLog, readEvents } from './log.ts'
import { scratch } from './testing/tiny.ts'

const note = (tokens: number): RunEvent => ({
  type: 'note',
  stage: 'pack',
  message: `${tokens} left over`,
  values: { tokens },
})
const metric = (step: number): RunEvent => ({ type: 'metric', step, values: { loss: 3 } })

test('what the data side told ahead of the checkpoint is written once, though a resumed run tells it again', async () => {
  const path = join(await scratch(), 'run')
  const first = await openRunFolder({ path, mode: 'create' })
  const log = await openLog({ folder: first, length: undefined, publish: () => undefined })
  for (const event of [metric(1), note(21)]) log.emit(event)
  const length = first.metrics.flush()
  log.emit(metric(2))
  await log.close()
  await first.close()

  const second = await openRunFolder({ path, mode: 'resume' })
  const heard: RunEvent[] = []
  const resumed = await openLog({ folder: second, length, publish: event => heard.push(event) })
  const told = [metric(2), note(21), note(5), note(5)]
  for (const event of told) resumed.emit(event)
  await resumed.close()
  await second.close()

  expect(await readEvents(join(path, 'metrics.jsonl'))).toEqual([metric(1), note(21), metric(2), note(5), note(5)])
  expect(heard).toEqual(told)
})

test('a log that is gone or damaged is told of as such', async () => {
  const path = join(await scratch(), 'metrics.jsonl')
  await expect(readEvents(path)).rejects.toMatchObject({
    name: 'StorageError',
    file: path,
    message: "the run's log cannot be read: there is no such file or folder",
  })
  await writeFile(path, `${JSON.stringify(metric(1))}\n{"type":"met\n`)
  await expect(readEvents(path)).rejects.toMatchObject({ name: 'DataError', file: path, place: 'line 2' })
})
