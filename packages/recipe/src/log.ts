import { readFile } from 'node:fs/promises'
import type { RunEvent, RunFolder } from '@sluice/pipeline'
import { samplesFile } from './samples.ts'

/** What metrics.jsonl keeps: everything that a curve or a report is made of, one event a line. */
const kept: ReadonlySet<RunEvent['type']> = new Set(['metric', 'evaluation', 'sample', 'checkpoint', 'warning', 'note'])

export interface RunLog {
  add(event: RunEvent): void
  close(): Promise<void>
}

/**
 * Writes a run's events down: metrics.jsonl and samples.txt.
 *
 * @param length bytes of metrics.jsonl that are still true; undefined for a run that begins
 */
export async function openLog(folder: RunFolder, length: number | undefined): Promise<RunLog> {
  const earlier = length === undefined ? [] : await goBack(folder, length)
  const samples = samplesFile(
    folder.file('samples.txt'),
    earlier.filter(event => event.type === 'sample'),
  )
  return {
    add(event) {
      if (kept.has(event.type)) folder.metrics.append(event)
      if (event.type === 'sample') samples.add(event)
    },
    close: () => samples.close(),
  }
}

/** Takes back what was logged after the checkpoint; the steps after it are about to come again. */
async function goBack(folder: RunFolder, length: number): Promise<RunEvent[]> {
  folder.metrics.truncate(length)
  return readEvents(folder.file('metrics.jsonl'))
}

/** The events that metrics.jsonl holds. */
export async function readEvents(path: string): Promise<RunEvent[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as RunEvent)
}
