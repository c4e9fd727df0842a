import { beforeAll, describe, expect, test } from 'vitest'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import type { Utf8Texts } from './messages.ts'
import { encoderPool } from './pool.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea'], { vocabSize: 265 })
})

/** A program in place of the real one: what it does depends on the first byte. */
const program = {
  url: new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads'
      parentPort.on('message', ({ id, ask: { bytes, offsets } }) => {
        const does = String.fromCharCode(bytes[0])
        if (does === 't') throw new Error('out of ids')
        if (does === 'x') process.exit(3)
        if (does === 'e') parentPort.postMessage({ id, error: { name: 'TypeError', message: 'no such id', stack: 'there' } })
        else if (does === 'h') {
          const answer = { ids: Int32Array.of(offsets.length, workerData.tokenizer.length), offsets }
          parentPort.postMessage({ id, answer })
        }
      })
    `)}`,
  ),
  execArgv: [],
}

function texts(text: string): Utf8Texts {
  const bytes = new Uint8Array(Buffer.from(text, 'utf8'))
  return { bytes, offsets: Int32Array.of(0, bytes.length) }
}

describe('encoderPool', () => {
  test('the ids of the tokenizer, without threads and with one', async () => {
    for (const workers of [0, 1]) {
      const pool = encoderPool({ tokenizer, workers })
      const given = ['the whale', '', 'é☠']
      expect(await pool.encodeBatch(given)).toEqual(given.map(text => tokenizer.encode(text)))
      const { ids, offsets } = await pool.encodeUtf8(texts('the sea'))
      expect([ids, offsets]).toEqual([tokenizer.encode('the sea'), Int32Array.of(0, ids.length)])
      await pool.close()
    }
  })

  test('buffers go to a thread and come back; threads end when they are closed', async () => {
    const pool = encoderPool({ tokenizer, workers: 2, program })
    const given = texts('hello')
    const answers = await Promise.all([
      pool.encodeUtf8(given),
      pool.encodeUtf8(texts('hi')),
      pool.encodeUtf8(texts('h')),
    ])
    expect(given.bytes.length).toBe(0)
    expect(answers.map(({ ids }) => [...ids])).toEqual(Array(3).fill([2, JSON.stringify(tokenizer.toJSON()).length]))
    expect((await pool.encodeBatch(['hello', 'hi'])).length).toBe(2)
    const never = pool.encodeUtf8(texts('never answered'))
    never.catch(() => {})
    await pool.close()
    await expect(never).rejects.toThrow('a thread that encodes has been closed')
    await expect(pool.encodeUtf8(texts('h'))).rejects.toThrow('a thread that encodes has been closed')
  })

  test.each([
    ['e', 'encoding failed in a thread: no such id'],
    ['t', 'a thread that encodes failed: out of ids'],
    ['x', 'a thread that encodes ended with exit code 3'],
  ])('a thread that fails: %s', async (text, message) => {
    const pool = encoderPool({ tokenizer, workers: 1, program })
    await expect(pool.encodeUtf8(texts(text))).rejects.toThrow(message)
    // The next one has another thread.
    expect((await pool.encodeUtf8(texts('h'))).ids.length).toBe(2)
    await pool.close()
  })

  test('a number of threads that cannot be', () => {
    expect(() => encoderPool({ tokenizer, workers: -1 })).toThrow('workers must be a whole number from 0 on, found -1')
  })
})
