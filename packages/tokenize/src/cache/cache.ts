import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  atomicWrite,
  ConfigError,
  formatBytes,
  type Json,
  type RunEvent,
  type Source,
  type Stage,
  StateError,
  StorageError,
  storageError,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import { buildShard } from './build.ts'
import { makeRoom, removeLeftovers } from './room.ts'
import { damage, readNote, readShard, type ShardNote, shardFile, writeNote } from './shard.ts'

/** What a source that runs stages of its own (a mix of sub-pipelines) needs for a shard. */
export interface ShardReading {
  /** The shard was there before, so what is written beside the tokens (rejected documents) is there already. */
  readonly again: boolean
  /** Where the cache has what a stage saved. */
  saved(stage: string): string | undefined
  /** Takes what the stages tell. */
  emit(event: RunEvent): void
}

export interface CacheOptions {
  /** Where documents come from. A function makes it, anew for each shard: for one that runs stages of its own. */
  source: Source | ((reading: ShardReading) => Source)
  /**
   * What makes tokens of them: refining, split, `tokenize`. Asked for anew for each shard. `again`: the shard was there before, so what
   * is written beside the tokens (rejected documents) is there already.
   */
  stages(again: boolean): readonly Stage[]
  /** Where the shards are kept: in a folder of it that is named after the key. */
  dir: string
  /** Whatever the tokens depend on: the tokenizer's JSON, the configs of the source and of the stages. Another key, another folder. */
  key: Json
  /** The run's. Default 0. */
  seed?: number
  /** Bytes of tokens after which a shard ends. Default 64 MiB. */
  shardBytes?: number
  /** The same of the first shard, which somebody waits for; each is twice the one before it, up to `shardBytes`. Default 1 MiB. */
  firstBytes?: number
  /** Bytes of tokens in a frame: what is in memory at a time. Default 256 KiB. */
  frameBytes?: number
  /** Bytes of all shards of `dir` together; those used longest ago go, and are made again when they are needed. Default: no limit. */
  maxBytes?: number
  /** Told of shards that were found damaged and are made again, of what is being made, and of what the stages tell. */
  emit?(event: RunEvent): void
  /** Default `cache`. */
  id?: string
}

/** Where reading goes on. `key` tells whether it is the same cache that is gone on with. */
type Position = { readonly shard: number; readonly frame: number; readonly key?: string }

/**
 * Tokens that are made once and read from disk in later epochs, resumed runs and other runs of the same key: shards in the form of
 * Arrow IPC files. A shard is made when it is first read, beginning where the one before it ended. So nothing has to be finished
 * before anything begins, and a shard that is missing, cut short or changed is made again, and equals the one that was there. One
 * frame is in memory at a time. Several processes may use one cache: a file is whole or not there, and whoever makes a shard makes
 * the same one.
 *
 * @throws StorageError where the disk refuses, with nothing half-written left behind
 */
export function cacheTokens(options: CacheOptions): Source<Tokens> {
  const { id = 'cache', shardBytes = 2 ** 26, firstBytes = 2 ** 20, frameBytes = 2 ** 18, seed = 0 } = options
  const { source, dir } = options
  const { maxBytes = Number.POSITIVE_INFINITY, emit = () => {} } = options
  for (const [name, value] of Object.entries({ shardBytes, firstBytes, frameBytes, maxBytes })) {
    if (!(value > 0)) throw new ConfigError(`${name} must be above 0, found ${value}`, { stage: id })
  }
  const key = createHash('sha256')
    .update(JSON.stringify([2, options.key, seed, shardBytes, firstBytes, frameBytes]))
    .digest('hex')
  const folder = join(dir, key.slice(0, 24))
  const warn = (message: string) => emit({ type: 'warning', stage: id, message })
  /** Shards that this process has written, or looked through. */
  const sound = new Set<number>()
  const done = { read: 0, bytes: 0, made: 0 }

  /** Nothing is written into a cache that has all that is asked of it: it may be somebody else's. */
  const openFolder = async (): Promise<void> => {
    await mkdir(folder, { recursive: true }).catch(error => {
      throw storageError('the cache cannot be written', folder, error)
    })
    if (done.made > 0) return
    // For whoever wonders what is in that folder; nothing reads it.
    await atomicWrite(join(folder, 'key.json'), `${JSON.stringify(options.key, null, 2)}\n`)
    await removeLeftovers(folder)
  }

  const make = async (shard: number, before: ShardNote | undefined, signal: AbortSignal) => {
    const file = shardFile(folder, shard)
    emit({ type: 'preparing', what: 'cache', detail: `shard ${shard} of the tokens` })
    await openFolder()
    const bytes = Math.min(shardBytes, firstBytes * 2 ** shard)
    await makeRoom(dir, maxBytes - bytes, file)
    const from = shard === 0 ? undefined : (await readNote(folder, shard - 1, key))!.cursor
    const again = before !== undefined
    const stages = options.stages(again)
    const settings = {
      folder,
      shard,
      key,
      source,
      stages,
      again,
      seed,
      shardBytes: bytes,
      frameBytes,
      from,
      signal,
      emit,
    }
    const made = await buildShard(settings)
    if (!made) return undefined
    done.made++
    sound.add(shard)
    if (before?.crc32 === made.crc32 && before.bytes === made.bytes) return before
    if (before) warn(`shard ${shard} is not what it was: the text, or what is done with it, has changed since`)
    await writeNote(folder, shard, made)
    return made
  }

  /** Sees to it that a shard is there and whole. Undefined where that was stopped. */
  const provide = async (shard: number, signal: AbortSignal): Promise<ShardNote | undefined> => {
    const known = await readNote(folder, shard, key)
    if (known) {
      const wrong = sound.has(shard) ? undefined : await damage(shardFile(folder, shard), known)
      if (wrong === undefined) {
        sound.add(shard)
        return known
      }
      if (wrong !== 'it is missing') warn(`shard ${shard} is made again: ${wrong}`)
    }
    // Each begins where the one before it ended.
    let first = shard
    while (first > 0 && !(await readNote(folder, first - 1, key))) first--
    for (; first < shard; first++) {
      const made = await make(first, undefined, signal)
      if (!made) return undefined
      if (made.last) throw shorter(id, shard)
    }
    return make(shard, known, signal)
  }

  async function* framesOf(shard: number, first: number, signal: AbortSignal): AsyncGenerator<RecordBatch<Tokens>> {
    try {
      yield* readShard(shardFile(folder, shard), first)
    } catch (error) {
      // Another process has made room; what was given was given before that.
      if (!(error instanceof StorageError) || (error.cause as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      sound.delete(shard)
      if (await provide(shard, signal)) yield* readShard(shardFile(folder, shard), first)
    }
  }

  return {
    id,
    schema: tokensSchema,
    replayable: true,
    async *read(from, signal) {
      const start = (from ?? { shard: 0, frame: 0, key }) as Position
      if (start.key !== undefined && !key.startsWith(start.key)) {
        warn('the text, or the version of Sluice, is not what it was when the run began: it goes on at the same place')
      }
      for (let shard = start.shard; !signal.aborted; shard++) {
        const note = await provide(shard, signal)
        if (!note) return
        for (const event of note.refined) emit(event)
        let frame = shard === start.shard ? start.frame : 0
        done.read++
        done.bytes += note.bytes
        for await (const batch of framesOf(shard, frame, signal)) {
          frame++
          yield { batch, cursor: { [id]: { shard, frame, key: key.slice(0, 12) } }, seq: 0 }
          if (signal.aborted) return
        }
        if (note.last) return
      }
    },
    summary() {
      const { read, made, bytes } = done
      const shards = (count: number) => `${count} ${count === 1 ? 'shard' : 'shards'}`
      const message = `${shards(read)} of tokens read (${formatBytes(bytes)}), ${made} of them made in this run; kept in ${folder}`
      return { message, values: { read, made, bytes, folder } }
    },
  }
}

function shorter(stage: string, shard: number): StateError {
  return new StateError(`the tokens end before shard ${shard}, at which the run is to go on: the text has changed`, {
    stage,
    advice: 'begin it afresh with --overwrite, or put back the text',
  })
}
