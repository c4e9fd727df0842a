import { crc32 } from 'node:zlib'
import {
  atomicWrite,
  type Cursor,
  type Frame,
  frameBytes,
  frames,
  type RunEvent,
  type Source,
  type Stage,
  type StageContext,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import { AsyncByteQueue, type RecordBatch, RecordBatchFileWriter } from 'apache-arrow'
import { takeRows } from '../columns/take.ts'
import type { ShardReading } from './cache.ts'
import { type RefinedEvent, type ShardNote, shardFile } from './shard.ts'
import { savedStates, writeStates } from './states.ts'

export interface BuildOptions {
  folder: string
  shard: number
  key: string
  source: Source | ((reading: ShardReading) => Source)
  stages: readonly Stage[]
  /** It was there before. */
  again: boolean
  seed: number
  /** Bytes of tokens after which a shard ends, at the end of a frame. */
  shardBytes: number
  /** Bytes of tokens that are put together in one frame of the file. */
  frameBytes: number
  /** Where the shard begins; undefined: at the beginning. */
  from: Cursor | undefined
  signal: AbortSignal
  emit(event: RunEvent): void
}

/** Runs the stages until a shard is full, and writes it. Undefined where that was stopped. @throws StorageError */
export async function buildShard(options: BuildOptions): Promise<ShardNote | undefined> {
  const { folder, shard, from, key, signal } = options
  const saved = await savedStates(folder)
  const sum = { bytes: 0, crc32: 0, frames: 0, tokens: 0 }
  const refined = new Map<string, RefinedEvent>()
  const notes: RunEvent[] = []
  let context: StageContext | undefined
  let cursor: Cursor = from ?? {}
  let full = false
  let states: ReadonlyMap<string, Iterable<Uint8Array>> = new Map()
  const tell = (event: RunEvent): void => {
    if (event.type === 'refined') refined.set(event.stage, event)
    else if (event.type === 'note') notes.push(event)
    else if (event.type === 'warning' || event.type === 'mixed') options.emit(event)
  }
  const { source, again } = options
  const reading = frames({
    source: typeof source === 'function' ? source({ again, saved, emit: tell }) : source,
    stages: options.stages,
    seed: options.seed,
    signal,
    saved,
    ...(from === undefined ? {} : { from }),
    open: given => {
      context = given
    },
    emit: tell,
  })

  async function* pieces(): AsyncGenerator<Uint8Array> {
    const queue = new Pieces()
    const writer = new RecordBatchFileWriter()
    writer.reset(queue as any, tokensSchema)
    function* told(): Generator<Uint8Array> {
      for (const piece of queue.pieces.splice(0)) {
        sum.bytes += piece.length
        sum.crc32 = crc32(piece, sum.crc32)
        yield piece
      }
    }
    let held = 0
    const waiting = new Joined()
    const write = (): void => {
      const batch = waiting.take()
      if (!batch) return
      writer.write(batch)
      sum.frames++
      sum.tokens += batch.data.children[4]!.children[0]!.length
    }
    for await (const frame of reading as AsyncIterable<Frame<Tokens>>) {
      cursor = frame.cursor
      if (frame.batch.numRows > 0) waiting.add(frame)
      full = held + waiting.bytes >= options.shardBytes
      if (full || waiting.bytes >= options.frameBytes) {
        held += waiting.bytes
        write()
        yield* told()
      }
      if (full) {
        // As they are now: what is under way beyond belongs to the next shard, which reads it again.
        states = (await context?.savedStates?.()) ?? states
        break
      }
    }
    if (!full && signal.aborted) throw stopped
    write()
    writer.finish()
    yield* told()
  }

  try {
    await atomicWrite(shardFile(folder, shard), pieces())
  } catch (error) {
    if (error === stopped) return undefined
    throw error
  }
  await writeStates(folder, shard, states)
  if (!full) for (const note of notes) options.emit(note)
  return { version: 2, key, cursor, last: !full, ...sum, refined: [...refined.values()] }
}

/** Thrown to leave nothing behind. */
const stopped = new Error('stopped')

/** Frames put together, so that a file of many small documents is not one of many small frames. */
class Joined {
  #batches: RecordBatch<Tokens>[] = []
  bytes = 0

  add(frame: Frame<Tokens>): void {
    this.#batches.push(frame.batch)
    this.bytes += frameBytes(frame)
  }

  take(): RecordBatch<Tokens> | undefined {
    const batches = this.#batches
    if (batches.length === 0) return undefined
    this.#batches = []
    this.bytes = 0
    const ranges = batches.map(({ numRows: count }, batch) => ({ batch, start: 0, count }))
    return takeRows(tokensSchema, batches, ranges) as RecordBatch<Tokens>
  }
}

/** Takes what a writer of Arrow files writes. */
class Pieces extends AsyncByteQueue<Uint8Array> {
  readonly pieces: Uint8Array[] = []

  override write(piece: Uint8Array): void {
    if (piece.byteLength > 0) this.pieces.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength))
  }
}
