import type { Json } from '@sluice/pipeline'
import { Pairs } from '../tables/pairs.ts'
import type { BpeCut } from './cuts.ts'

/** What words are merged by. */
export interface MergeTable {
  /** Id of each single byte; -1 where the vocabulary has none. */
  readonly byteIds: Int32Array
  /** In order of rank: the pair that is merged … */
  readonly pairs: Pairs
  /** … and the id it becomes. */
  readonly merged: Int32Array
}

/** A byte-level BPE as integers: what the encoder and the decoder work on. */
export interface BpeModel extends MergeTable {
  /** Bytes of every id, specials included; empty where an id stands for nothing. */
  readonly bytes: readonly Uint8Array[]
  /** Spelling to id. */
  readonly special: ReadonlyMap<string, number>
  readonly cut: BpeCut
  /** A word that is a token as a whole is that token, whatever the merges say (Llama 3, tiktoken). */
  readonly ignoreMerges: boolean
  /** As it stands in tokenizer.json: kept, not used. */
  readonly postProcessor: Json
}

export interface Merge {
  readonly left: number
  readonly right: number
  readonly id: number
}

/** Ranks are places in `merges`. A pair that stands there twice counts where it stands last, as in Hugging Face's. */
export function rankMerges(merges: readonly Merge[]): { pairs: Pairs; merged: Int32Array } {
  const last = new Pairs(merges.length)
  const place: number[] = []
  merges.forEach((merge, i) => {
    place[last.add(merge.left, merge.right)] = i
  })
  const pairs = new Pairs(place.length)
  const merged: number[] = []
  for (const i of place.sort((a, b) => a - b)) {
    const merge = merges[i]!
    pairs.add(merge.left, merge.right)
    merged.push(merge.id)
  }
  return { pairs, merged: Int32Array.from(merged) }
}
