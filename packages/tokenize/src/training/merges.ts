import type { Merge } from '../bpe/model.ts'
import { Ids } from '../tables/ids.ts'
import { Pairs } from '../tables/pairs.ts'
import { HolderLists } from './holder-lists.ts'
import { PairQueue } from './pair-queue.ts'
import { differenceSize, writeDifference } from './word-lists.ts'

/** Words as ids, end to end, which learning writes over; word `i` is `symbols[starts[i] … starts[i + 1])`. */
export interface SymbolWords {
  readonly symbols: Int32Array | Uint16Array
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

/** Notes of a step whose arrays are kept for the next: the first steps touch most of the words, later ones few. */
const mostNotes = 1 << 16

/**
 * Learns merges, most frequent pair first (Sennrich, Haddow and Birch 2016). Ties go to the lowest pair of ids, and counts of
 * overlapping pairs are as found ("aaa" has two), so that equal documents give the merges of Hugging Face's BpeTrainer.
 *
 * A token has one pair only that it is made of: within its span, merging goes as it would on the token alone. So a pair comes
 * up in the one step that makes the later of its two parts; after that its count only falls, and it needs one place in the
 * queue, none if it is too rare already: such pairs, and those that were merged, are forgotten, so that memory goes with the
 * words and the pairs that can still be merged.
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
  // Of this step: which word was last noted under a pair, the bytes that its list of words takes, and the notes themselves.
  let lastWord = new Int32Array(1 << 14).fill(-1)
  let listSizes = new Int32Array(1 << 14)
  const touched = new Ids()
  let notePairs = new Ids()
  let noteWords = new Ids()

  const pairOf = (left: number, right: number): number => {
    const pair = pairs.add(left, right)
    if (pair >= pairCounts.length) {
      pairCounts = enlarge(pairCounts, new Float64Array(pair * 2))
      lastWord = enlarge(lastWord, new Int32Array(pair * 2).fill(-1))
      listSizes = enlarge(listSizes, new Int32Array(pair * 2))
    }
    return pair
  }
  const more = (left: number, right: number, word: number): void => {
    const pair = pairOf(left, right)
    pairCounts[pair]! += counts[word]!
    const last = lastWord[pair]!
    if (last === word) return
    lastWord[pair] = word
    if (listSizes[pair] === 0) touched.push(pair)
    listSizes[pair]! += differenceSize(word - last)
    notePairs.push(pair)
    noteWords.push(word)
  }
  const less = (left: number, right: number, word: number): void => {
    const pair = pairs.find(left, right)
    if (pair >= 0) pairCounts[pair]! -= counts[word]!
  }
  const forget = (pair: number): void => {
    pairs.remove(pair)
    pairCounts[pair] = 0
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
      const size = listSizes[pair]!
      const wanted = pairCounts[pair]! >= least
      listSizes[pair] = wanted ? total : -1
      lastWord[pair] = -1
      if (wanted) total += size
    }
    const lists = new Uint8Array(total)
    for (let n = 0; n < notePairs.length; n++) {
      const pair = notePairs.values[n]!
      if (listSizes[pair]! < 0) continue
      const word = noteWords.values[n]!
      listSizes[pair] = writeDifference(lists, listSizes[pair]!, word - lastWord[pair]!)
      lastWord[pair] = word
    }
    let from = 0
    for (let t = 0; t < touched.length; t++) {
      const pair = touched.values[t]!
      const to = listSizes[pair]!
      listSizes[pair] = 0
      lastWord[pair] = -1
      if (to < 0) {
        forget(pair)
        continue
      }
      queue.push(pair, pairCounts[pair]!, lists, from, to)
      from = to
    }
    touched.length = 0
    if (notePairs.length > mostNotes) {
      notePairs = new Ids()
      noteWords = new Ids()
    }
    notePairs.length = 0
    noteWords.length = 0
  }

  // The first time there are as many notes as symbols: they are counted, then written where they belong, and not kept besides.
  for (let word = 0; word < size; word++) {
    for (let i = starts[word]!; i + 1 < ends[word]!; i++) {
      const pair = pairOf(symbols[i]!, symbols[i + 1]!)
      pairCounts[pair]! += counts[word]!
      if (lastWord[pair] === word) continue
      listSizes[pair]! += differenceSize(word - lastWord[pair]!)
      lastWord[pair] = word
    }
  }
  const lists = new HolderLists(listSizes, pairs.size, pair => pairCounts[pair]! >= least)
  lastWord.fill(-1)
  for (let word = 0; word < size; word++) {
    for (let i = starts[word]!; i + 1 < ends[word]!; i++) {
      const pair = pairs.find(symbols[i]!, symbols[i + 1]!)
      if (lastWord[pair] === word) continue
      lists.add(pair, word - lastWord[pair]!)
      lastWord[pair] = word
    }
  }
  lastWord.fill(-1)
  listSizes.fill(0)
  const { size: firstPairs } = pairs
  for (let pair = 0; pair < firstPairs; pair++) {
    if (pairCounts[pair]! < least) {
      forget(pair)
      continue
    }
    const [words, from, to] = lists.of(pair)
    queue.push(pair, pairCounts[pair]!, words, from, to)
  }

  const merges: Merge[] = []
  while (queue.size > 0 && !options.full()) {
    const { pair } = queue
    const count = pairCounts[pair]!
    if (queue.count !== count) {
      if (count >= least) queue.recount(count)
      else {
        queue.pop()
        forget(pair)
      }
      continue
    }
    const left = pairs.left[pair]!
    const right = pairs.right[pair]!
    const holders = queue.pop()
    const { from, to: upTo } = queue
    forget(pair)
    const id = idOf(left, right)
    if (id === undefined) continue
    merges.push({ left, right, id })
    const length = lengthOf(left) + lengthOf(right)
    lengths[id] = length

    for (let h = from, word = -1; h < upTo; ) {
      let byte = holders[h++]!
      let difference = byte & 0x7f
      for (let shift = 7; byte > 0x7f; shift += 7) {
        byte = holders[h++]!
        difference |= (byte & 0x7f) << shift
      }
      word += difference
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
