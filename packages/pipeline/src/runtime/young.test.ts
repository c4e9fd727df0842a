import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RecordBatch } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import { defineStage } from '../contract/define-stage.ts'
import { columnOf } from '../schemas/column-of.ts'
import { documentsBatch, documentsSchema } from '../schemas/documents.ts'
import { crew } from '../threads/crew.ts'
import { run } from './run.ts'

// What is done with goes with the young objects. Were it held by an old one that is done with as well, only a collection of the whole heap
// would free it: memory stands higher, and V8 collects more often.

setFlagsFromString('--expose-gc')
// What an array buffer held is taken off the count in the collection itself.
setFlagsFromString('--no-concurrent-array-buffer-sweeping')
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc')

const megabytes = () => getHeapStatistics().external_memory / 1e6
const frames = 30

/** Megabytes outside of the heap that are there after a collection of young objects alone, beside those that a whole one leaves. */
async function left(work: () => Promise<void>): Promise<number> {
  // What is made anew for the first frame is old by then, and leads nowhere.
  await work()
  collect()
  await work()
  collect({ type: 'minor' })
  const young = megabytes()
  collect()
  return young - megabytes()
}

/** New memory for each of 30 frames of a megabyte. */
const source = () =>
  defineSource({
    id: 'new',
    schema: documentsSchema,
    async *read() {
      for (let i = 0; i < frames; i++) {
        yield { batch: documentsBatch([{ id: `${i}`, text: 'x'.repeat(1e6), source: 's' }]), position: i + 1 }
      }
    },
  })

const through = (look: (batch: RecordBatch) => void) => () =>
  run({
    source: source(),
    stages: [defineStage({ id: 'same', map: batch => batch })],
    sink: { id: 'sink', consume: ({ batch }) => look(batch) },
  }).done.then(() => {})

describe('memory of frames that are done with is freed with the young objects', () => {
  test('in a run whose stages and sink look at columns', async () => {
    expect(await left(through(batch => void columnOf(batch, 'text')!.values.length))).toBeLessThan(10)
  })

  test('answers of threads', async () => {
    const code = `
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ id }) => {
        const answer = new Uint8Array(1e6)
        parentPort.postMessage({ id, answer }, [answer.buffer])
      })
    `
    const program = { url: new URL(`data:text/javascript,${encodeURIComponent(code)}`), execArgv: [] }
    const threads = crew({ name: 'a thread', program, threads: 1 })
    const ask = async () => {
      for (let i = 0; i < frames; i++) await threads.ask(() => ({ ask: undefined }))
    }
    expect(await left(() => Promise.all([ask(), ask()]).then(() => {}))).toBeLessThan(10)
    await threads.close()
  })
})
