import {
  type Documents,
  documentsSchema,
  type Frame,
  requireFields,
  type Stage,
  type StageContext,
  StateError,
} from '@sluice/pipeline'
import { Schema } from 'apache-arrow'
import { Observable } from 'rxjs'
import { columnOf } from '../columns/column.ts'
import { characterCut, wordCut } from '../level/cuts.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { type BpeOptions, bpeLearner } from '../training/bpe.ts'
import type { Learner } from '../training/learner.ts'
import { type LevelOptions, levelLearner } from '../training/level.ts'
import { WordTable } from '../training/word-table.ts'
import { type WordPieceOptions, wordPieceLearner } from '../training/wordpiece.ts'

export type LearnOptions = {
  /** Bytes of text that are learned from, the first ones. Default: all. */
  bytes?: number
  /** Distinct words that are counted at a time; beyond that the rarest are given up. Default 1,572,864, up to 130 MB. */
  maxWords?: number
  /** Default `learn`. */
  id?: string
} & (
  | ({ kind: 'bpe' } & BpeOptions)
  | ({ kind: 'wordpiece' } & WordPieceOptions)
  | ({ kind: 'char' | 'word' } & LevelOptions)
)

/** A stage that lets documents through as they are, and learns a tokenizer from them. */
export interface LearnStage extends Stage<Documents, Documents> {
  /** When the input has ended: the tokenizer. Rejects where the input was cut short or failed. */
  readonly tokenizer: Promise<Tokenizer>
}

const needed = new Schema(documentsSchema.fields.filter(field => field.name === 'text'))

/**
 * Learns a tokenizer from a stream of documents, whose words it counts as they pass: memory is bounded by `maxWords`. It learns when
 * the input ends, and tells how far it is. A part of a long document counts for itself.
 *
 * @throws StateError when a run is resumed in the middle: the counts are in no checkpoint
 */
export function learn(options: LearnOptions): LearnStage {
  const { bytes: most = Number.POSITIVE_INFINITY, maxWords, id = 'learn' } = options
  const learner = learnerOf(options)
  let context: StageContext | undefined
  let settle: { resolve(tokenizer: Tokenizer): void; reject(error: unknown): void }
  const tokenizer = new Promise<Tokenizer>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever runs the stage hears of a failure by the run.
  tokenizer.catch(() => {})

  const finish = async (table: WordTable, counted: number): Promise<Tokenizer> => {
    const counts = table.result(counted)
    // Its memory is needed for the merges.
    table.clear()
    const detail = `counted ${counts.size} different words in ${counted} bytes`
    context?.emit({ type: 'preparing', what: 'tokenizer', detail, share: 0 })
    let told = -1
    const learned = await learner.learn(counts, {
      ...(context ? { signal: context.signal } : {}),
      progress: ({ merges, share }) => {
        if (Math.floor(share * 20) === told) return
        told = Math.floor(share * 20)
        context?.emit({ type: 'preparing', what: 'tokenizer', detail: `learned ${merges} merges`, share })
      },
    })
    const { words, occurrences } = counts.pruned
    const given = words === 0 ? '' : `; ${words} rare words were given up, ${occurrences} occurrences`
    const message = `learned ${learned.vocabSize} tokens from ${counted} bytes, ${counts.size} different words${given}`
    const values = { tokens: learned.vocabSize, bytes: counted, words: counts.size, givenUp: words }
    context?.emit({ type: 'note', stage: id, message, values })
    return learned
  }

  return {
    id,
    tokenizer,
    schema(input) {
      requireFields(id, input, needed)
      return input
    },
    async open(given, from) {
      context = given
      if (from !== undefined) {
        throw new StateError('what was counted is in no checkpoint', { stage: id, advice: 'learn from the beginning' })
      }
    },
    apply: documents =>
      new Observable(subscriber => {
        const table = new WordTable(maxWords)
        let counted = 0
        let told = 0
        const count = ({ batch }: Frame<Documents>): void => {
          const column = columnOf(batch, 'text')
          const offsets = column.valueOffsets as Int32Array
          const values = column.values as unknown as Uint8Array
          for (let row = 0; row < batch.numRows && counted < most; row++) {
            const text = values.subarray(offsets[row], offsets[row + 1])
            learner.each(text, (bytes, at, end) => table.add(bytes, at, end))
            counted += text.length
          }
          if (counted - told < 16 * 2 ** 20) return
          told = counted
          const detail = `counted the words of ${Math.round(counted / 1e6)} MB`
          context?.emit({ type: 'preparing', what: 'tokenizer', detail })
        }
        const failed = (error: unknown): void => {
          settle.reject(error)
          subscriber.error(error)
        }
        const subscription = documents.subscribe({
          next(frame) {
            try {
              count(frame)
              subscriber.next({ ...frame, cursor: { ...frame.cursor, [id]: { bytes: counted } } })
            } catch (error) {
              failed(error)
            }
          },
          error: failed,
          complete() {
            if (context?.signal.aborted) {
              settle.reject(new StateError('the input was cut short, nothing was learned', { stage: id }))
              subscriber.complete()
              return
            }
            finish(table, counted).then(learned => {
              settle.resolve(learned)
              subscriber.complete()
            }, failed)
          },
        })
        return () => {
          subscription.unsubscribe()
          settle.reject(new StateError('the input was cut short, nothing was learned', { stage: id }))
        }
      }),
  }
}

function learnerOf(options: LearnOptions): Learner {
  switch (options.kind) {
    case 'bpe':
      return bpeLearner(options)
    case 'wordpiece':
      return wordPieceLearner(options)
    case 'char':
      return levelLearner(characterCut, options)
    case 'word':
      return levelLearner(wordCut, { vocabSize: 30_000, ...options })
  }
}
