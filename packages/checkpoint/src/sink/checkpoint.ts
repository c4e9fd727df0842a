import {
  ConfigError,
  type Cursor,
  type Frame,
  isStepFrame,
  type Json,
  type RunEvent,
  SchemaError,
  type Sink,
  type Snapshot,
  type StageContext,
  StateError,
  type StepFrame,
  type Steps,
} from '@sluice/pipeline'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { sweep } from '../store/sweep.ts'
import type { Format } from '../store/write.ts'
import { checkpointWriter } from '../store/writer.ts'
import { due, type Extent } from './due.ts'

export interface CheckpointOptions {
  /** Directory that gets a `step-NNNNNN` for each checkpoint. It has one writer at a time. */
  dir: string
  /** Steps from one checkpoint to the next. */
  every: number
  /** How many of the last checkpoints are kept. Default 3. */
  keep?: number
  /**
   * The step whose checkpoint stays beside the last ones until another takes its place; asked for when a step is consumed, which is
   * written in full if it is that one. Default none.
   */
  best?: (() => number | undefined) | undefined
  /** Steps of which the weights are kept for good, beside step 0. Default 10, 100, 1000. */
  early?: readonly number[]
  /** What the weights are written as. Default safetensors. */
  formats?: readonly Format[]
  /** Further files of each checkpoint, by name: the model's config.json, tokenizer.json … Default none. */
  files?: ReadonlyMap<string, string | Uint8Array>
  /** Further entries of state.json, asked for when the step is consumed. Default none. */
  state?: () => Readonly<Record<string, Json>>
  /** Names the sink in errors. Default `checkpoint`. */
  id?: string
  /** Default: the machine's own. */
  fileLayer?: FileLayer
}

export interface CheckpointSink extends Sink<Steps> {
  /** Resolves when every checkpoint begun is on the disk. @throws StorageError when the disk refuses */
  settled(): Promise<void>
}

/**
 * The sink that writes checkpoints: step 0, the early steps, every N steps, and the last step of a run that finished or was
 * stopped. The weights are copied while the step is consumed and written by a thread of its own while training goes on; a
 * second checkpoint waits for the first to be on the disk.
 *
 * Emits `checkpoint` for each one on the disk. @throws StorageError, from the step after, when the disk refuses.
 */
export function checkpoint(options: CheckpointOptions): CheckpointSink {
  const { dir, every, keep = 3, formats = ['safetensors'], state = () => ({}), id = 'checkpoint' } = options
  const { best = () => undefined } = options
  const { fileLayer = nodeFiles, files } = options
  const writer = checkpointWriter(fileLayer)
  for (const [name, value] of Object.entries({ every, keep })) {
    if (!(value >= 1)) throw new ConfigError(`expected at least 1, found ${value}`, { stage: id, place: name })
  }
  const early = new Set([0, ...(options.early ?? [10, 100, 1000])])
  let emit: (event: RunEvent) => void = () => {}
  let savedStates: NonNullable<StageContext['savedStates']> = () => new Map()
  /** The newest frame and its step; `full` once all that resuming needs is written of that step. */
  let last: { frame: StepFrame; step: number; full: boolean } | undefined
  let writing: Promise<void> | undefined
  let fault: { error: unknown } | undefined

  /** Copies what is to be written, and starts writing it once the checkpoint before is on the disk. */
  async function begin(frame: StepFrame, step: number, extent: Extent): Promise<boolean> {
    await settle()
    const snapshot = frame.snapshot({ optimizer: extent === 'full' })
    if (snapshot.step !== step) return false
    const own = state()
    const stages = extent === 'full' ? await savedStates() : undefined
    writing = write(snapshot, frame.cursor, own, stages).catch(error => {
      fault = { error }
    })
    return true
  }

  async function write(
    snapshot: Snapshot,
    cursor: Cursor,
    own: Readonly<Record<string, Json>>,
    stages: ReadonlyMap<string, Iterable<Uint8Array>> | undefined,
  ): Promise<void> {
    const start = performance.now()
    const content = {
      snapshot,
      cursor,
      state: own,
      formats,
      ...(files ? { files } : {}),
      ...(stages ? { stages } : {}),
    }
    const { step } = snapshot
    const { path, bytes } = await writer.write(dir, content, { keep, early, best: best() })
    emit({ type: 'checkpoint', step, path, bytes, seconds: (performance.now() - start) / 1000 })
  }

  async function settle(): Promise<void> {
    await writing
    raise()
  }

  function raise(): void {
    if (!fault) return
    const { error } = fault
    fault = undefined
    throw error
  }

  return {
    id,
    settled: settle,
    accept(schema) {
      if (schema.fields.some(field => field.name === 'step')) return
      throw new SchemaError('expected the steps of a trainer, found no column "step"', { stage: id })
    },
    async open(context) {
      emit = event => context.emit(event)
      savedStates = () => context.savedStates?.() ?? new Map()
      await fileLayer.makeDirectory(dir)
      await sweep(dir, fileLayer)
    },
    async consume(frame) {
      raise()
      if (!isStepFrame(frame)) {
        throw new StateError('expected frames with a snapshot(), as a trainer emits them', {
          stage: id,
          advice: 'a stage between the trainer and this sink must pass the frames on with all their members',
        })
      }
      const step = stepOf(frame)
      if (step === undefined && last) {
        // No step was made, but what is before the trainer has moved on.
        last = { ...last, frame }
        return
      }
      // Without rows, the first frame is the initialisation, or comes from a run that is resumed and is passed over.
      const extent = step !== undefined && step === best() ? 'full' : due(step ?? 0, { every, early })
      const begun = extent !== undefined && (await begin(frame, step ?? 0, extent))
      if (step !== undefined || begun) last = { frame, step: step ?? 0, full: extent === 'full' }
    },
    async close(outcome) {
      try {
        await settle()
        if (outcome === 'failed' || !last || last.full) return
        await begin(last.frame, last.step, 'full')
        await settle()
      } finally {
        await writer.close()
      }
    },
  }
}

/** The step a frame tells of last; undefined where it has no rows. */
function stepOf(frame: Frame<Steps>): number | undefined {
  const { batch } = frame
  return batch.numRows === 0 ? undefined : (batch.getChild('step')?.get(batch.numRows - 1) ?? undefined)
}
