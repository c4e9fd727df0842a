import { readFile } from 'node:fs/promises'
import { DataError, type RunEvent, type RunFolder, storageError } from '@sluice/pipeline'
import { liveFile, liveWriter } from './live.ts'
import { samplesFile } from './samples.ts'

/** What metrics.jsonl keeps: everything that a curve or a report is made of, one event a line. */
const kept: ReadonlySet<RunEvent['type']> = new Set([
  'metric',
  'evaluation',
  'sample',
  'checkpoint',
  'warning',
  'note',
  'refined',
  'mixed',
  'memory',
  'bottleneck',
])

/** Takes a run's events: writes them down, passes them on, and keeps what is asked for at the end. */
export interface RunLog {
  emit(event: RunEvent): void
  /** The last training step that was told of; undefined before the first. */
  readonly step: number | undefined
  /** The step of the best evaluation after the first step, those of earlier sessions included. */
  readonly best: { readonly step: number; readonly loss: number } | undefined
  /** Whatever stages wanted to be known at the end. */
  readonly notes: readonly string[]
  /** What no file keeps: the counters of the stages. */
  readonly finished: readonly RunEvent[]
  /** Aborted once an event could not be written, for who emits an event cannot be told. */
  readonly broken: AbortSignal
  /** @throws StorageError when an event could not be written */
  raise(): void
  /** @param error why the run failed; undefined where it did not */
  close(error?: unknown): Promise<void>
}

/**
 * Opens metrics.jsonl and samples.txt.
 *
 * @param options.length bytes of metrics.jsonl that are still true; undefined for a run that begins
 */
export async function openLog(options: {
  folder: RunFolder
  length: number | undefined
  /** Takes every event that is kept, too. */
  also?: ((event: RunEvent) => void) | undefined
  publish(event: RunEvent): void
}): Promise<RunLog> {
  const { folder, length, publish, also } = options
  const earlier = length === undefined ? [] : await goBack(folder, length)
  const again = retold(earlier)
  const samples = samplesFile(
    folder.file('samples.txt'),
    earlier.filter(event => event.type === 'sample'),
  )
  const live = liveWriter(folder.file(liveFile))
  const notes: string[] = []
  const finished: RunEvent[] = []
  const broken = new AbortController()
  let step: number | undefined
  let best: { step: number; loss: number } | undefined
  const follow = (event: RunEvent) => {
    if (event.type !== 'evaluation' || event.step === 0) return
    const { loss } = event.values
    if (loss !== undefined && (!best || loss < best.loss)) best = { step: event.step, loss }
  }
  earlier.forEach(follow)
  return {
    notes,
    finished,
    broken: broken.signal,
    get step() {
      return step
    },
    get best() {
      return best
    },
    emit(event) {
      follow(event)
      if (event.type === 'note' && event.stage !== 'recipe') notes.push(`${event.stage}: ${event.message}`)
      if (event.type === 'finished') finished.push(event)
      if (event.type === 'metric') step = event.step
      publish(event)
      live.update(event)
      try {
        if (kept.has(event.type) && !again(event)) {
          folder.metrics.append(event)
          also?.(event)
        }
        if (event.type === 'sample') samples.add(event)
      } catch (error) {
        broken.abort(error)
      }
    },
    raise() {
      broken.signal.throwIfAborted()
    },
    close(error) {
      live.end(error)
      return samples.close()
    },
  }
}

/** Takes back what was logged after the checkpoint; the steps after it are about to come again. */
async function goBack(folder: RunFolder, length: number): Promise<RunEvent[]> {
  folder.metrics.truncate(length)
  return readEvents(folder.file('metrics.jsonl'))
}

/**
 * Tells of an event whether an earlier session has written it already. The data side is ahead of the checkpoint that a run goes on
 * from: what its stages told of, such as what was left over at the end, is kept, and comes again when they come there again.
 */
function retold(earlier: readonly RunEvent[]): (event: RunEvent) => boolean {
  const aside = (event: RunEvent) => event.type === 'note' || event.type === 'warning'
  const kept = new Map<string, number>()
  for (const event of earlier.filter(aside)) {
    const key = JSON.stringify(event)
    kept.set(key, (kept.get(key) ?? 0) + 1)
  }
  return event => {
    if (!aside(event)) return false
    const key = JSON.stringify(event)
    const left = kept.get(key) ?? 0
    if (left > 0) kept.set(key, left - 1)
    return left > 0
  }
}

/**
 * The events that metrics.jsonl holds.
 *
 * @throws StorageError where it cannot be read, DataError naming a line that is no JSON
 */
export async function readEvents(path: string): Promise<RunEvent[]> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw storageError("the run's log cannot be read", path, error)
  })
  return text.split('\n').flatMap((line, i) => (line === '' ? [] : [eventOf(line, path, i + 1)]))
}

function eventOf(line: string, file: string, number: number): RunEvent {
  try {
    return JSON.parse(line) as RunEvent
  } catch (cause) {
    throw new DataError(`the run's log is damaged: ${(cause as Error).message}`, {
      file,
      place: `line ${number}`,
      cause,
    })
  }
}
