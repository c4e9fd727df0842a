import type { Merge } from '../bpe/model.ts'
import { Ids } from '../tables/ids.ts'
import { Pairs } from '../tables/pairs.ts'
import { HolderLists } from './holder-lists.ts'
import { PairQueue } from './pair-queue.ts'

/** Words as ids, end to end, which learning writes over; word `i` is `symbols[starts[i] … starts[i + 1])`. */
export interface SymbolWords {
  readonly symbols: Int32Array
  readonly starts: Int32Array
  /** How often each word comes. */
  readonly counts: Float64Array
}

export interface LearnOptions {
  /** A pair that comes less often is not merged. */
  minFrequency: number
  /** Id that the merge of `left` and `right` becomes, made if it is new; undefined: never merge these. */
  idOf(left: number, right: number): number | undefined
  /** Pairs of more symbols than this, as they were at first, are not merged, where they come up by a merge. Default: no limit. */
  maxTokenLength?: number | undefined
  /** Asked before each merge. */
  full(): boolean
}

/**
 * Learns merges, most frequent pair first (Sennrich, Haddow and Birch 2016). Ties go to the lowest pair of ids, and counts of
 * overlapping pairs are as found ("aaa" has two), so that equal documents give the merges of Hugging Face's BpeTrainer.
 *
 * A token has one pair only that it is made of: within its span, merging goes as it would on the token alone. So a pair comes
 * up in the one step that makes the later of its two parts; after that its count only falls, and it needs one place in the
 * queue, none if it is too rare already.
 *
 * Yields after every 64 merges, that the caller may rest.
 */
export function* learnMerges(words: SymbolWords, options: LearnOptions): Generator<void, Merge[]> {
  const { idOf, maxTokenLength = Number.POSITIVE_INFINITY } = options
  const least = Math.max(1, options.minFrequency)
  const { starts, counts } = words
  const { symbols } = words
  const size = counts.length
  const ends = starts.slice(1, size + 1)
  /** Of the tokens made here: symbols they are made of. */
  const lengths: number[] = []
  const lengthOf = (id: number) => lengths[id] ?? 1

  const pairs = new Pairs(1 << 14)
  let pairCounts = new Float64Array(1 << 14)
  // Of this step: which word was last noted under a pair, how many were, and the notes themselves.
  let lastWord = new Int32Array(1 << 14).fill(-1)
  let noted = new Int32Array(1 << 14)
  const touched = new Ids()
  const notePairs = new Ids()
  const noteWords = new Ids()

  const pairOf = (left: number, right: number): number => {
    const pair = pairs.add(left, right)
    if (pair >= pairCounts.length) {
      pairCounts = enlarge(pairCounts, new Float64Array(pair * 2))
      lastWord = enlarge(lastWord, new Int32Array(pair * 2).fill(-1))
      noted = enlarge(noted, new Int32Array(pair * 2))
    }
    return pair
  }
  const more = (left: number, right: number, word: number): void => {
    const pair = pairOf(left, right)
    pairCounts[pair]! += counts[word]!
    if (lastWord[pair] === word) return
    lastWord[pair] = word
    if (noted[pair]!++ === 0) touched.push(pair)
    notePairs.push(pair)
    noteWords.push(word)
  }
  const less = (left: number, right: number, word: number): void => {
    pairCounts[pairOf(left, right)]! -= counts[word]!
  }

  const queue = new PairQueue(
    pair => pairs.left[pair]!,
    pair => pairs.right[pair]!,
  )
  // What the step noted becomes entries of the queue, each with the words that hold its pair anew.
  const enqueue = (): void => {
    let total = 0
    for (let t = 0; t < touched.length; t++) {
      const pair = touched.values[t]!
      const count = noted[pair]!
      noted[pair] = total
      total += count
    }
    const grouped = new Int32Array(total)
    for (let n = 0; n < notePairs.length; n++) grouped[noted[notePairs.values[n]!]!++] = noteWords.values[n]!
    let from = 0
    for (let t = 0; t < touched.length; t++) {
      const pair = touched.values[t]!
      const to = noted[pair]!
      if (pairCounts[pair]! >= least) queue.push(pair, pairCounts[pair]!, grouped, from, to)
      from = to
      noted[pair] = 0
      lastWord[pair] = -1
    }
    touched.length = 0
    notePairs.length = 0
    noteWords.length = 0
  }

  // The first time there are as many notes as symbols: they are counted, then written where they belong, and not kept besides.
  for (let word = 0; word < size; word++) {
    for (let i = starts[word]!; i + 1 < ends[word]!; i++) {
      const pair = pairOf(symbols[i]!, symbols[i + 1]!)
      pairCounts[pair]! += counts[word]!
      if (lastWord[pair] !== word) noted[pair]!++
      lastWord[pair] = word
    }
  }
  const lists = new HolderLists(noted, pairs.size, pair => pairCounts[pair]! >= least)
  lastWord.fill(-1)
  for (let word = 0; word < size; word++) {
    for (let i = starts[word]!; i + 1 < ends[word]!; i++) {
      const pair = pairs.find(symbols[i]!, symbols[i + 1]!)
      if (lastWord[pair] !== word) lists.add(pair, word)
      lastWord[pair] = word
    }
  }
  for (let pair = 0; pair < pairs.size; pair++) {
    if (pairCounts[pair]! < least) continue
    const [words, from, to] = lists.of(pair)
    queue.push(pair, pairCounts[pair]!, words, from, to)
  }
  lastWord.fill(-1)
  noted.fill(0)

  const merges: Merge[] = []
  while (queue.size > 0 && !options.full()) {
    const { pair } = queue
    const count = pairCounts[pair]!
    if (queue.count !== count) {
      if (count >= least) queue.recount(count)
      else queue.pop()
      continue
    }
    const left = pairs.left[pair]!
    const right = pairs.right[pair]!
    const holders = queue.pop()
    const { from, to: upTo } = queue
    const id = idOf(left, right)
    if (id === undefined) continue
    merges.push({ left, right, id })
    const length = lengthOf(left) + lengthOf(right)
    lengths[id] = length

    for (let h = from; h < upTo; h++) {
      const word = holders[h]!
      const start = starts[word]!
      const end = ends[word]!
      let to = start
      for (let i = start; i < end; i++, to++) {
        const symbol = symbols[i]!
        if (symbol !== left || i + 1 >= end || symbols[i + 1] !== right) {
          symbols[to] = symbol
          continue
        }
        symbols[to] = id
        if (to > start) {
          less(symbols[to - 1]!, left, word)
          if (lengthOf(symbols[to - 1]!) + length < maxTokenLength) more(symbols[to - 1]!, id, word)
        }
        i++
        if (i + 1 < end) {
          less(right, symbols[i + 1]!, word)
          if (lengthOf(symbols[i + 1]!) + length < maxTokenLength) more(id, symbols[i + 1]!, word)
        }
      }
      ends[word] = to
    }
    enqueue()
    if (merges.length % 64 === 0) yield
  }
  return merges
}

function enlarge<A extends Int32Array | Float64Array>(from: A, into: A): A {
  into.set(from)
  return into
}
