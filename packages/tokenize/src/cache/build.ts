import { open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { type Cursor, frameBytes, run, type Source, type Stage, storageError, tokensSchema } from '@sluice/pipeline'
import { AsyncByteQueue, RecordBatchFileWriter } from 'apache-arrow'
import { type ShardNote, shardFile, writeNote } from './shard.ts'

export interface BuildOptions {
  folder: string
  shard: number
  source: Source
  stages: readonly Stage[]
  seed: number
  /** Bytes of tokens after which a shard ends, at the end of a frame. */
  shardBytes: number
  /** Where the shard begins; undefined: at the beginning. */
  from: Cursor | undefined
  signal: AbortSignal
  warn(message: string): void
}

/** Runs the stages until a shard is full, and writes it. Undefined where that was stopped. @throws StorageError */
export async function buildShard(options: BuildOptions): Promise<ShardNote | undefined> {
  const { folder, shard, shardBytes, from } = options
  const file = shardFile(folder, shard)
  const temporary = `${file}.tmp`
  const handle = await open(temporary, 'w').catch(error => {
    throw storageError('the cache cannot be written', file, error)
  })
  const queue = new AsyncByteQueue<Uint8Array>()
  const writer = new RecordBatchFileWriter()
  writer.reset(queue as any, tokensSchema)
  const [state, sum] = [
    { held: 0, full: false, cursor: from ?? {} },
    { bytes: 0, crc32: 0, frames: 0, tokens: 0 },
  ]
  const stored = (async () => {
    for await (const piece of queue) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
      sum.bytes += bytes.length
      sum.crc32 = crc32(bytes, sum.crc32)
    }
  })()
  stored.catch(() => running.stop())
  const running = run({
    source: options.source,
    stages: options.stages,
    seed: options.seed,
    signal: options.signal,
    ...(from === undefined ? {} : { from }),
    sink: {
      id: 'cache',
      consume(frame) {
        // What is under way when the shard is full belongs to the next one, which reads it again.
        if (state.full) return
        state.cursor = frame.cursor
        if (frame.batch.numRows === 0) return
        writer.write(frame.batch)
        sum.frames++
        sum.tokens += frame.batch.getChild('ids')!.data[0]!.children[0]!.length
        state.held += frameBytes(frame)
        state.full = state.held >= shardBytes
        if (state.full) running.stop()
      },
    },
  })
  running.events$.subscribe(event => event.type === 'warning' && options.warn(`${event.stage}: ${event.message}`))
  try {
    const { outcome } = await running.done
    writer.finish()
    queue.close()
    await stored.catch(error => {
      throw storageError('the cache cannot be written', file, error)
    })
    await handle.sync().catch(() => {})
    await handle.close()
    if (outcome !== 'finished' && !state.full) {
      await rm(temporary, { force: true })
      return undefined
    }
    await rename(temporary, file)
    const note: ShardNote = { version: 1, cursor: state.cursor, last: !state.full, ...sum }
    await writeNote(folder, shard, note)
    return note
  } catch (error) {
    queue.close()
    await stored.catch(() => {})
    await handle.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}
