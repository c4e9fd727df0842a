import {
  DataError,
  type Documents,
  documentsSchema,
  type EvaluationSet,
  type Frame,
  type RunEvent,
  requireFields,
  run,
  type Source,
  type Stage,
  type Tokens,
} from '@sluice/pipeline'
import { type RecordBatch, Schema } from 'apache-arrow'
import { splitBatch } from '../stages/split.ts'
import { readRows } from '../stages/token-rows.ts'
import { tokenizeBatch } from '../stages/tokenize.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { heldOut } from './held-out.ts'
import { NgramCounts } from './ngrams.ts'
import { score } from './score.ts'

export interface PrepareEvaluationOptions {
  /** All documents, not split yet; read once through, or until both caps are reached. */
  source: Source<Documents>
  /** What refines documents before they are split. */
  refine?: readonly Stage[]
  split: { share: number; by?: 'document' | 'tail' }
  tokenizer: Tokenizer
  /** T; rows are T + 1 wide. */
  blockSize: number
  /** At most so many targets; at least one block. */
  tokens: number
  /** So many tokens of the training part are counted for the baselines. Default 20 million. */
  countTokens?: number
  /** Different pairs that the bigram baseline keeps. Default 2^21, about 60 MB. */
  maxPairs?: number
  seed?: number
  signal?: AbortSignal
  emit?(event: RunEvent): void
}

/**
 * Tokenizes and packs the held-out part, and scores simple models of the training part on the very same targets.
 *
 * @throws DataError when the held-out part is empty or does not fill a block
 */
export async function prepareEvaluation(options: PrepareEvaluationOptions): Promise<EvaluationSet> {
  const { tokenizer, blockSize, countTokens = 20e6, maxPairs = 1 << 21, signal } = options
  const split = { by: 'document' as const, ...options.split }
  const wantedRows = Math.max(1, Math.floor(options.tokens / blockSize))
  const held = heldOut(tokenizer, blockSize)
  const counts = new NgramCounts(tokenizer.vocabSize, maxPairs)
  let before: number | undefined
  let documents = 0
  options.emit?.({ type: 'preparing', what: 'evaluation', detail: 'tokenizing the held-out text' })

  const reading = run({
    source: options.source,
    stages: [...(options.refine ?? [])],
    seed: options.seed ?? 0,
    ...(signal ? { signal } : {}),
    sink: {
      id: 'evaluation',
      accept: input => requireFields('evaluation', input, needed),
      consume({ batch }: Frame<Documents>) {
        documents += lasts(batch)
        if (held.rows < wantedRows)
          held.add(tokenizeBatch(tokenizer, splitBatch(batch, { ...split, part: 'evaluation' })))
        if (counts.total < countTokens) {
          const tokens = tokenizeBatch(tokenizer, splitBatch(batch, { ...split, part: 'training' }))
          before = count(counts, tokens, tokenizer.endOfText, before)
        }
        if (held.rows >= wantedRows && counts.total >= countTokens) reading.stop()
      },
    },
  })
  reading.events$.subscribe(event => {
    if (event.type === 'warning') options.emit?.(event)
  })
  await reading.done
  signal?.throwIfAborted()

  if (held.rows === 0) throw tooLittle(held.tokens, documents, split.by, blockSize + 1)
  const blocks = held.first(wantedRows)
  const scored = score(blocks, counts)
  return { blocks, bytes: held.bytes(blocks), ...scored }
}

const needed = new Schema(documentsSchema.fields.filter(field => !field.nullable))

function lasts(documents: RecordBatch<Documents>): number {
  let count = 0
  for (const last of documents.getChild('last')!) if (last) count++
  return count
}

/** Adds the training part's tokens, with an end-of-text token after each document as `pack` puts them. Returns the last one. */
function count(counts: NgramCounts, tokens: RecordBatch<Tokens>, endOfText: number, before: number | undefined) {
  let previous = before
  for (const { ids, ends } of readRows(tokens)) {
    for (const id of ids) {
      counts.add(id, previous)
      previous = id
    }
    if (!ends) continue
    counts.add(endOfText, previous)
    previous = endOfText
  }
  return previous
}

function tooLittle(tokens: number, documents: number, by: string, width: number): DataError {
  const few = by === 'document' ? 'hold out the end of each document instead, evaluation.by: "tail", or ' : ''
  const place = 'data.evaluation'
  if (tokens === 0) {
    const of = `${documents} ${documents === 1 ? 'document' : 'documents'}`
    return new DataError(`the held-out part is empty: nothing of ${of} fell into it`, {
      place,
      advice: `${few}raise evaluation.share`,
    })
  }
  const advice = `${few}raise evaluation.share, or set blockSize to at most ${Math.max(1, tokens - 1)}`
  return new DataError(`the held-out part gives ${tokens} tokens, one block needs ${width}`, { place, advice })
}
