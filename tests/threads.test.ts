import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** Runs built code, from which threads can be started, in a process of its own. */
async function script(source: string): Promise<any> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], { cwd: import.meta.dirname })
  return JSON.parse(stdout)
}

const prelude = `
  import { defineSource, documentsBatch, documentsSchema, run } from '@sluice/pipeline'
  import { encoderPool, pack, tokenize, trainBpe, trainWordPiece } from '@sluice/tokenize'
  const text = i => 'the whale and the sea, n° ' + i + ' ☠ ' + 'ahoy '.repeat(i % 97)
  const texts = Array.from({ length: 400 }, (_, i) => text(i))
  const frames = Array.from({ length: 40 }, (_, i) => documentsBatch(texts.slice(i * 10, i * 10 + 10).map((text, k) =>
    ({ id: i + '.' + k, text, source: 's' }))))
  const source = () => defineSource({ id: 'given', schema: documentsSchema, *read(from) {
    for (let i = Number(from ?? 0); i < frames.length; i++) yield { batch: frames[i], position: i + 1 }
  } })
  const collect = async (stages, options = {}) => {
    const rows = []
    const running = run({ source: source(), stages, ...options, sink: { id: 'sink', async consume(frame) {
      rows.push([frame.cursor, frame.batch.toArray().map(row => [row.doc_id ?? '', [...row.ids]])])
      if (rows.length === options.stopAfter) running.stop()
    } } })
    const { outcome } = await running.done
    return { outcome, rows }
  }
`

test('threads give the ids and the order of one thread, whatever the tokenizer, resumed and stopped', async () => {
  const results = await script(`${prelude}
    const results = {}
    for (const tokenizer of [await trainBpe(texts, { vocabSize: 300 }), await trainWordPiece(texts, { vocabSize: 60 })]) {
      const [one, two, from] = [
        await collect([tokenize({ tokenizer })]),
        await collect([tokenize({ tokenizer, workers: 2 }), pack({ blockSize: 9, tokenizer })]),
        await collect([tokenize({ tokenizer, workers: 2 })], { from: { given: 25 } }),
      ]
      const plain = await collect([tokenize({ tokenizer }), pack({ blockSize: 9, tokenizer })])
      const stopped = await collect([tokenize({ tokenizer, workers: 2 })], { stopAfter: 5, mark: 1 })
      const pool = encoderPool({ tokenizer, workers: 2 })
      const batch = await pool.encodeBatch(texts)
      await pool.close()
      results[tokenizer.kind] = [
        pool.workers === 2,
        JSON.stringify(two) === JSON.stringify(plain),
        JSON.stringify(from.rows) === JSON.stringify(one.rows.slice(25)),
        stopped.outcome === 'stopped' && JSON.stringify(stopped.rows) === JSON.stringify(one.rows.slice(0, stopped.rows.length)),
        batch.every((ids, i) => ids.join() === tokenizer.encode(texts[i]).join()),
      ]
    }
    console.log(JSON.stringify(results))
  `)
  expect(results).toEqual({ bpe: Array(5).fill(true), wordpiece: Array(5).fill(true) })
})
