import type { Documents, Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Steps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'
import { Seen } from './seen.ts'
import { Shingles, stretch } from './shingles.ts'
import { Signature } from './signature.ts'
import { finish } from './text-hash.ts'

export interface MinhashOptions extends RefinerOptions {
  /** Words in a run. Default 5. */
  readonly ngram?: number
  /** Two documents are near-duplicates if all hashes of one bucket agree. Default 14. */
  readonly buckets?: number
  /** Default 8. */
  readonly hashesPerBucket?: number
  /** Default 1. */
  readonly seed?: number
}

/**
 * Drops documents that are nearly one that was kept before: MinHash over runs of words, compared by locality-sensitive hashing
 * (Leskovec et al., "Mining of Massive Datasets", chapter 3). Of two documents that share a part s of their runs, the second is
 * dropped with probability 1 - (1 - s^hashes)^buckets: with the defaults, those of FineWeb, 0.92 at 0.8, half at 0.7, 0.05 at 0.5.
 * A document that travels as parts is known by its first part, 1 MiB of text. One without words is kept.
 *
 * Memory: 200 to 290 MB for a million documents kept (14 keys each). It is saved in checkpoints.
 */
export function minhash(options: MinhashOptions = {}): Stage<Documents, Documents> {
  const { ngram = 5, buckets = 14, hashesPerBucket = 8, seed = 1, id = 'minhash' } = options
  const shingles = new Shingles(ngram)
  const signature = new Signature(buckets * hashesPerBucket, seed)
  const seen = new Seen(buckets)
  const keys = new Uint32Array(buckets * 2)
  const verdict = (document: Document): Verdict => {
    bucketKeys(signature.values, hashesPerBucket, keys)
    return seen.met(keys, document) ? { drop: 'near duplicate' } : undefined
  }
  return refiner({
    name: 'minhash',
    options,
    judge(document) {
      if (document.size > stretch) return judgeLong(document)
      const { hashes, count } = shingles.read(document.bytes, document.start, document.end)
      if (count === 0) return undefined
      signature.read(hashes, count)
      return verdict(document)
    },
    open: (context, position) => seen.open(position, context.saved, id),
    position: () => seen.position(),
    save: () => seen.save(),
    held: () => seen.bytes,
    close: async () => seen.forget(),
  })

  function* judgeLong(document: Document): Steps<Verdict> {
    const { hashes, count } = yield* shingles.readInSteps(document.bytes, document.start, document.end)
    if (count === 0) return undefined
    signature.begin()
    for (let from = 0; from < count; from += stretch) {
      signature.add(hashes, from, Math.min(count, from + stretch))
      yield
    }
    return verdict(document)
  }
}

/** 64 bits of each bucket's hashes and its number. */
export function bucketKeys(values: Uint32Array, each: number, keys: Uint32Array): void {
  for (let bucket = 0; bucket * 2 < keys.length; bucket++) {
    let low = bucket + 1
    let high = Math.imul(bucket + 1, 0x9e3779b1)
    for (let i = bucket * each; i < (bucket + 1) * each; i++) {
      low = Math.imul(low ^ values[i]!, 0xcc9e2d51)
      low = (low << 15) | (low >>> 17)
      high = Math.imul(high, 0x85ebca77) + values[i]!
    }
    keys[bucket * 2] = finish(low)
    keys[bucket * 2 + 1] = finish(high ^ (low >>> 5))
  }
}
