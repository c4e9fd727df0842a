import type { Data, TypeMap } from 'apache-arrow'
import type { Source } from '../contract/source.ts'
import { ConfigError, SchemaError } from '../errors.ts'
import { keepRows } from '../schemas/keep-rows.ts'
import { partOf } from './part-of.ts'

export interface ShardOptions {
  /** Which of them: 0 to `count` - 1. */
  index: number
  /** How many there are. */
  count: number
}

/**
 * One of `count` parts of a source, for as many processes: a document belongs to the part that a hash of its id names, whatever
 * else is read and in whatever order, and each to exactly one. The parts are about equally large; every process reads the whole
 * source. Positions are the source's own, frames of which nothing remains are passed on empty.
 *
 * @throws ConfigError for an index that is none of the count; SchemaError where there is no column `id` of text
 */
export function shard<O extends TypeMap>(source: Source<O>, { index, count }: ShardOptions): Source<O> {
  const { id, schema } = source
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ConfigError(`shard.count must be an integer of at least 1, found ${count}`, { stage: id })
  }
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new ConfigError(`shard.index must be from 0 to ${count - 1}, found ${index}`, { stage: id })
  }
  const place = schema.fields.findIndex(field => field.name === 'id' && String(field.type) === 'Utf8')
  if (place < 0) throw new SchemaError('a shard is told by the column "id" of text, and there is none', { stage: id })
  return partOf(source, async function* (from, signal) {
    for await (const frame of source.read(from, signal)) {
      yield { ...frame, batch: keepRows(frame.batch, own(frame.batch.data.children[place]!, index, count)) }
    }
  })
}

function own(ids: Data, index: number, count: number): (row: number) => boolean {
  const offsets = ids.valueOffsets as Int32Array
  const bytes = ids.values as Uint8Array
  return row => hash32(bytes, offsets[row]!, offsets[row + 1]!) % count === index
}

/**
 * FNV-1a, 32 bits, and then MurmurHash3's finalizer, for FNV's low bits are poor. Begun elsewhere than usual, so that it has
 * nothing to do with the hash that holds documents out for evaluation.
 */
function hash32(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 ^ 0x73686172
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
