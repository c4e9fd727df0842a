import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type RunEvent, storageError } from '@sluice/pipeline'
import { scalarsEvent, startEvent, versionEvent } from './event.ts'
import { tfRecord } from './record.ts'

/** Folder of a run that TensorBoard reads: `tensorboard --logdir runs`. */
export const tensorboardFolder = 'tensorboard'

export interface TensorboardWriter {
  /** Takes metrics and evaluations, and lets other events pass. @throws StorageError */
  add(event: RunEvent): void
  close(): void
}

/**
 * The metrics of a run as a TensorBoard event file: `train/loss`, `train/lr` …, `evaluation/loss` … Each session writes a file of
 * its own; one that resumes says from which step on, so that TensorBoard forgets what came after the checkpoint.
 *
 * @param options.after the step the run goes on after. Default: a run that begins
 * @param options.now seconds since 1970. Default: the clock's
 */
export function tensorboardWriter(options: {
  dir: string
  after?: number | undefined
  now?: () => number
}): TensorboardWriter {
  const { dir, after, now = () => Date.now() / 1000 } = options
  // Files are read in the order of their names: milliseconds keep apart sessions of one second.
  const name = `events.out.tfevents.${now().toFixed(3)}.${hostname()}`
  const path = join(dir, name)
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      throw storageError('cannot be written', path, error)
    }
  }
  let file: number | undefined = attempt(() => {
    mkdirSync(dir, { recursive: true })
    return openSync(path, 'a')
  })
  const put = (event: Uint8Array) => {
    const bytes = tfRecord(event)
    attempt(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file!, bytes, at)
    })
  }
  put(versionEvent(now()))
  if (after !== undefined) put(startEvent(now(), after + 1))
  return {
    add(event) {
      if (file === undefined || (event.type !== 'metric' && event.type !== 'evaluation')) return
      const group = event.type === 'metric' ? 'train' : 'evaluation'
      const values = Object.entries(event.values).map(([name, value]) => [`${group}/${name}`, value] as const)
      put(scalarsEvent(now(), event.step, values))
    },
    close() {
      if (file === undefined) return
      const handle = file
      file = undefined
      attempt(() => closeSync(handle))
    },
  }
}
