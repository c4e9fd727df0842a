// What a run was trained on, document by document, from the losses that it keeps (train.blame): how many tokens of each were targets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTokenizer } from '@sluice/tokenize'

/**
 * Every document must have been trained on exactly once an epoch: a token is the target of one step an epoch, except for the very
 * first of the stream and what is left over at its end, which the run reports.
 *
 * @param rows step, doc_id and tokens of every document of every step
 * @returns what is wrong, in words; empty where all is well
 */
export function countDocuments({ run, texts, epochs, rows, blockSize }) {
  const tokenizer = loadTokenizer(JSON.parse(readFileSync(join(run, 'tokenizer.json'), 'utf8')))
  const trained = new Map()
  for (const { doc_id, tokens } of rows) trained.set(doc_id, (trained.get(doc_id) ?? 0) + tokens)
  const faults = []
  let missing = 0
  for (const [id, text] of texts) {
    const expected = epochs * (tokenizer.encode(text).length + 1)
    const found = trained.get(id) ?? 0
    trained.delete(id)
    missing += expected - found
    if (found > expected)
      faults.push(`${id}: ${found} of its tokens were trained on, it has ${expected} in ${epochs} epochs`)
  }
  for (const id of trained.keys()) faults.push(`${id}: is no document of the corpus`)
  const dropped = leftOver(readFileSync(join(run, 'metrics.jsonl'), 'utf8'), blockSize)
  if (missing !== dropped + 1) {
    faults.push(
      `${missing} tokens were not trained on; the run told of ${dropped} left over, and the first is no target`,
    )
  }
  return faults
}

/** Tokens that the stages say did not fill a block or a batch. */
function leftOver(log, blockSize) {
  let tokens = 0
  for (const line of log.split('\n').filter(Boolean)) {
    const { type, stage, values } = JSON.parse(line)
    if (type !== 'note') continue
    if (stage === 'pack' && typeof values?.tokens === 'number') tokens += values.tokens
    if (stage === 'batch' && typeof values?.rows === 'number') tokens += values.rows * blockSize
  }
  return tokens
}
