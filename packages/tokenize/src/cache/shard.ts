import { createReadStream } from 'node:fs'
import { open, readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { atomicWrite, type Cursor, type RunEvent, storageError, type Tokens } from '@sluice/pipeline'
import { type RecordBatch, RecordBatchReader } from 'apache-arrow'

/** What refining stages told when a shard was made. */
export type RefinedEvent = Extract<RunEvent, { type: 'refined' }>

/** What is written down about a shard once it is whole. It outlives the shard: with it, a lost one can be made again. */
export interface ShardNote {
  readonly version: 2
  /** Of the cache that it belongs to, in full. */
  readonly key: string
  /** Where the next shard begins. */
  readonly cursor: Cursor
  /** There is no next one. */
  readonly last: boolean
  readonly frames: number
  readonly tokens: number
  /** Of the file. */
  readonly bytes: number
  readonly crc32: number
  /** Of all documents up to here. */
  readonly refined: readonly RefinedEvent[]
}

export function shardFile(folder: string, shard: number): string {
  return join(folder, `${String(shard).padStart(5, '0')}.arrow`)
}

const noteFile = (folder: string, shard: number) => shardFile(folder, shard).replace(/arrow$/, 'json')

/** The note of a shard; undefined where there is none that can be used: none, half of one, one of another cache. */
export async function readNote(folder: string, shard: number, key: string): Promise<ShardNote | undefined> {
  try {
    const note = JSON.parse(await readFile(noteFile(folder, shard), 'utf8')) as ShardNote
    return note.version === 2 && note.key === key ? note : undefined
  } catch {
    return undefined
  }
}

export async function writeNote(folder: string, shard: number, note: ShardNote): Promise<void> {
  await atomicWrite(noteFile(folder, shard), JSON.stringify(note))
}

/** What is wrong with a shard's file: undefined if it is as it was written. Reads it once through, a piece at a time. */
export async function damage(file: string, note: ShardNote): Promise<string | undefined> {
  const size = await stat(file).then(
    found => found.size,
    () => undefined,
  )
  if (size === undefined) return 'it is missing'
  if (size !== note.bytes) return `it has ${size} bytes, ${note.bytes} were written`
  let sum = 0
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) sum = crc32(piece, sum)
  } catch (error) {
    throw storageError('the cache cannot be read', file, error)
  }
  return sum === note.crc32 ? undefined : 'its checksum is not the one that was written'
}

/** The frames of a shard from `first` on, one in memory at a time. @throws StorageError where it cannot be read */
export async function* readShard(file: string, first: number): AsyncGenerator<RecordBatch<Tokens>> {
  const handle = await open(file).catch(error => {
    throw storageError('the cache cannot be read', file, error)
  })
  try {
    // Last used now: what a limit on the cache's size goes by.
    await utimes(file, new Date(), new Date()).catch(() => {})
    const reader: any = await RecordBatchReader.from(handle as any)
    await reader.open()
    for (let frame = first; frame < reader.numRecordBatches; frame++) yield await reader.readRecordBatch(frame)
  } finally {
    await handle.close().catch(() => {})
  }
}
