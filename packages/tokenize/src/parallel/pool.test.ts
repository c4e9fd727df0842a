import { beforeAll, describe, expect, test } from 'vitest'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import type { Utf8Texts } from './messages.ts'
import { encoderPool } from './pool.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea'], { vocabSize: 265 })
})

/** A program in place of the real one, which is not built yet: what it does depends on the first byte. */
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads'
    parentPort.on('message', ({ bytes, offsets }) => {
      const does = String.fromCharCode(bytes[0])
      if (does === 't') throw new Error('out of ids')
      if (does === 'x') process.exit(3)
      if (does === 'e') parentPort.postMessage({ error: { name: 'TypeError', message: 'no such id', stack: 'there' } })
      else if (does === 'h') parentPort.postMessage({ ids: Int32Array.of(offsets.length, workerData.tokenizer.length), offsets })
    })
  `)}`,
)

function texts(text: string): Utf8Texts {
  const bytes = new Uint8Array(Buffer.from(text, 'utf8'))
  return { bytes, offsets: Int32Array.of(0, bytes.length) }
}

describe('encoderPool', () => {
  test('without threads, the ids of the tokenizer', async () => {
    for (const pool of [encoderPool({ tokenizer, workers: 0 }), encoderPool({ tokenizer, workers: 2 })]) {
      expect(pool.workers).toBe(0)
      const given = ['the whale', '', 'é☠']
      expect(await pool.encodeBatch(given)).toEqual(given.map(text => tokenizer.encode(text)))
      const { ids, offsets } = await pool.encodeUtf8(texts('the sea'))
      expect([ids, offsets]).toEqual([tokenizer.encode('the sea'), Int32Array.of(0, ids.length)])
      await pool.close()
    }
  })

  test('buffers go to a thread and come back; threads end when they are closed', async () => {
    const pool = encoderPool({ tokenizer, workers: 2, entry })
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
    await expect(never).rejects.toThrow('the threads that encode have been closed')
    await expect(pool.encodeUtf8(texts('h'))).rejects.toThrow('the threads that encode have been closed')
  })

  test.each([
    ['e', 'encoding failed in a thread: no such id'],
    ['t', 'a thread that encodes failed: out of ids'],
    ['x', 'a thread that encodes ended with exit code 3'],
  ])('a thread that fails: %s', async (text, message) => {
    const pool = encoderPool({ tokenizer, workers: 1, entry })
    await expect(pool.encodeUtf8(texts(text))).rejects.toMatchObject({ name: 'SluiceError', message })
    if (text === 'e') expect((await pool.encodeUtf8(texts('h'))).ids.length).toBe(2)
    else await expect(pool.encodeUtf8(texts('h'))).rejects.toThrow(message)
    await pool.close()
  })

  test('a number of threads that cannot be', () => {
    expect(() => encoderPool({ tokenizer, workers: -1 })).toThrow('workers must be a whole number from 0 on, found -1')
  })
})
