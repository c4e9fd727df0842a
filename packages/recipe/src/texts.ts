import { columnOf, DataError, type Documents, type Frame, frames, type RunEvent, stringAt } from '@sluice/pipeline'
import type { Data, Utf8 } from 'apache-arrow'
import type { Corpus } from './corpus.ts'

/** The texts of a frame of documents, one by one. */
function* textsOf(frame: Frame<Documents>): Generator<string> {
  const column = columnOf(frame.batch, 'text') as Data<Utf8>
  for (let row = 0; row < frame.batch.numRows; row++) yield stringAt(column, row)!
}

/**
 * The training part of a corpus, once through and at most `bytes` of it, for what must be learned before training begins.
 *
 * @throws DataError when there is no text in it at all
 */
export async function* trainingTexts(options: {
  corpus: Corpus
  bytes: number
  /** Read without the workers of stages: little will be. Default false. */
  here?: boolean
  seed: number
  signal: AbortSignal
  /** Takes the warnings of the stages. Default: nobody hears them; the run itself warns again. */
  emit?(event: RunEvent): void
}): AsyncGenerator<string> {
  const { corpus, bytes, here = false, seed, signal, emit } = options
  let read = 0
  let documents = 0
  for await (const frame of frames({
    source: corpus.once(),
    stages: corpus.part('training', false, here),
    seed,
    signal,
    emit(event) {
      if (event.type === 'warning') emit?.(event)
    },
  })) {
    for (const text of textsOf(frame)) {
      documents++
      if (text.trim() === '') continue
      read += Buffer.byteLength(text, 'utf8')
      yield text
      if (read >= bytes) return
    }
  }
  if (read === 0 && !signal.aborted) {
    throw new DataError(`the corpus is empty: ${documents} documents with no text to train on`, {
      place: 'sources',
      advice: 'check the paths, and that data.evaluation does not hold everything out',
    })
  }
}
