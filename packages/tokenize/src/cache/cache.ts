import { createHash } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ConfigError,
  type Cursor,
  type Json,
  type Source,
  type Stage,
  StateError,
  storageError,
  type Tokens,
  tokensSchema,
} from '@sluice/pipeline'
import { buildShard } from './build.ts'
import { damage, readNote, readShard, removeShard, type ShardNote, shardFile } from './shard.ts'

export interface CacheOptions {
  /** Where documents come from. */
  source: Source
  /** What makes tokens of them: refining, split, `tokenize`. Asked for anew for each shard. */
  stages(): readonly Stage[]
  /** Where the shards are kept: in a folder of it that is named after the key. */
  dir: string
  /** Whatever the tokens depend on: the tokenizer's JSON, the configs of the source and of the stages. Another key, another folder. */
  key: Json
  /** The run's. Default 0. */
  seed?: number
  /** Bytes of tokens after which a shard ends. Default 64 MiB. */
  shardBytes?: number
  /** Bytes of all shards together; those used longest ago go, and are made again when they are needed. Default: no limit. */
  maxBytes?: number
  /** Told of shards that were found damaged and are made again, and of what the stages warn of. */
  warn?(message: string): void
  /** Default `cache`. */
  id?: string
}

/** Where reading goes on. */
type Position = { readonly shard: number; readonly frame: number }

/**
 * Tokens that are made once and read from disk in later epochs and resumed runs: shards in the form of Arrow IPC files. A shard is
 * made when it is first read, beginning where the one before it ended. So nothing has to be finished before anything begins, and
 * a shard that is missing, cut short or changed is made again, and equals the one that was there. One frame is in memory at a
 * time.
 *
 * @throws StorageError where the disk refuses, with nothing half-written left behind
 */
export function cacheTokens(options: CacheOptions): Source<Tokens> {
  const { id = 'cache', shardBytes = 64 * 2 ** 20, maxBytes = Number.POSITIVE_INFINITY, seed = 0 } = options
  const { warn = () => {} } = options
  if (!(shardBytes > 0)) throw new ConfigError(`shardBytes must be above 0, found ${shardBytes}`, { stage: id })
  const name = createHash('sha256')
    .update(JSON.stringify([1, options.key, seed, shardBytes]))
    .digest('hex')
    .slice(0, 24)
  const folder = join(options.dir, name)
  /** Shards that this process has written, or looked through. */
  const sound = new Set<number>()

  const provide = async (shard: number, signal: AbortSignal): Promise<ShardNote | undefined> => {
    const known = await readNote(folder, shard)
    if (known) {
      if (sound.has(shard) && (await exists(shardFile(folder, shard)))) return known
      const wrong = await damage(shardFile(folder, shard), known)
      if (wrong === undefined) {
        sound.add(shard)
        return known
      }
      if (wrong !== 'it is missing') warn(`shard ${shard} is made again: ${wrong}`)
    }
    await makeRoom(folder, maxBytes - shardBytes, shard)
    const { source } = options
    const from = await beginning(shard)
    const made = await buildShard({
      folder,
      shard,
      source,
      stages: options.stages(),
      seed,
      shardBytes,
      from,
      signal,
      warn,
    })
    if (made) sound.add(shard)
    return made
  }

  const beginning = async (shard: number): Promise<Cursor | undefined> => {
    if (shard === 0) return undefined
    const before = await readNote(folder, shard - 1)
    if (before) return before.cursor
    throw new StateError(`shard ${shard} cannot be made: what is known about shard ${shard - 1} is gone`, {
      stage: id,
      file: folder,
      advice: 'remove the folder of the cache and start the run again',
    })
  }

  return {
    id,
    schema: tokensSchema,
    replayable: true,
    async *read(from, signal) {
      const start = (from ?? { shard: 0, frame: 0 }) as Position
      await mkdir(folder, { recursive: true }).catch(error => {
        throw storageError('the cache cannot be written', folder, error)
      })
      for (let shard = start.shard; !signal.aborted; shard++) {
        const note = await provide(shard, signal)
        if (!note) return
        let frame = shard === start.shard ? start.frame : 0
        for await (const batch of readShard(shardFile(folder, shard), frame)) {
          frame++
          yield { batch, cursor: { [id]: { shard, frame } }, seq: 0 }
          if (signal.aborted) return
        }
        if (note.last) return
      }
    },
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** Removes shards, longest unused first, until those that stay have at most `most` bytes. Their notes stay. */
async function makeRoom(folder: string, most: number, except: number): Promise<void> {
  if (most === Number.POSITIVE_INFINITY) return
  const files = (await readdir(folder)).filter(file => file.endsWith('.arrow'))
  const shards = await Promise.all(
    files.map(async file => ({ shard: Number.parseInt(file, 10), ...(await stat(join(folder, file))) })),
  )
  let bytes = shards.reduce((sum, { size }) => sum + size, 0)
  for (const { shard, size } of shards.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= most) return
    if (shard === except) continue
    await removeShard(folder, shard)
    bytes -= size
  }
}
