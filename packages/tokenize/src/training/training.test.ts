import { describe, expect, test } from 'vitest'
import { trainBpe } from './bpe.ts'
import { trainCharacters, trainWords } from './level.ts'

describe('trainBpe', () => {
  test('the alphabet follows the special tokens in the order of its characters', async () => {
    const tokenizer = await trainBpe(['x'], { vocabSize: 300, specialTokens: ['<|endoftext|>', '<|user|>'] })
    const tokens = Array.from({ length: 6 }, (_, id) => tokenizer.token(id))
    expect(tokens).toEqual(['<|endoftext|>', '<|user|>', '!', '"', '#', '$'])
    expect(tokenizer.token(257)).toBe('Ń')
    // One word of one byte: there is nothing to merge.
    expect(tokenizer.vocabSize).toBe(258)
  })

  test('takes texts one by one, from any iterable, and the cuts between them count', async () => {
    async function* stream() {
      yield 'the whale'
      yield ''
      yield 'the whale'
    }
    const streamed = await trainBpe(stream(), { vocabSize: 264 })
    expect(streamed.toJSON()).toEqual((await trainBpe(['the whale', 'the whale'], { vocabSize: 264 })).toJSON())
    expect(streamed.vocabSize).toBe(264)
    expect(Array.from(streamed.encode('the whale')).length).toBeLessThan(5)
  })

  test('minFrequency ends it early, and is 2 if nothing is said', async () => {
    const size = async (minFrequency?: number) =>
      (await trainBpe(['abcabcabc xyzxyz q'], { vocabSize: 400, ...(minFrequency && { minFrequency }) })).vocabSize
    expect(await size()).toBe(await size(2))
    expect(await size(100)).toBe(257)
    expect(await size(1)).toBeGreaterThan(await size(2))
  })

  test('no text gives the bytes', async () => {
    const tokenizer = await trainBpe([], { vocabSize: 1000 })
    expect(tokenizer.vocabSize).toBe(257)
    expect(tokenizer.decode(tokenizer.encode('Ahoy ☠'))).toBe('Ahoy ☠')
  })

  test('a special token that is spelt like a word is never merged from text', async () => {
    const docs = ['whale whale whale whale']
    const tokenizer = await trainBpe(docs, { vocabSize: 300, specialTokens: ['<|endoftext|>', 'whale'] })
    expect(Array.from(tokenizer.encode('whale'))).not.toContain(1)
    expect(tokenizer.decode(tokenizer.encode('whale'))).toBe('whale')
    expect(tokenizer.decode([1])).toBe('whale')
  })

  test('a word of 200,000 bytes and one of many repeats are learned from', async () => {
    const tokenizer = await trainBpe(['a'.repeat(100_000), 'xy'.repeat(100_000)], { vocabSize: 300 })
    expect(tokenizer.encode('a'.repeat(100_000)).length).toBeLessThan(100)
  })

  test('options that cannot be', async () => {
    await expect(trainBpe([], { vocabSize: 256 })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'vocabSize is 256, the 256 bytes and 1 special tokens need 257',
    })
    await expect(trainBpe([], { vocabSize: 300, specialTokens: [] })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'specialTokens is empty, one is needed to end documents',
      advice: 'give ["<|endoftext|>"]',
    })
    await expect(trainBpe([], { vocabSize: 300, specialTokens: ['!'] })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'special token "!" is shorter than two characters',
    })
    await expect(trainBpe([], { vocabSize: 300, specialTokens: ['<a>', '<a>'] })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'special token "<a>" stands twice',
    })
    await expect(trainCharacters(['a'], { vocabSize: 2 })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'vocabSize is 2, 2 special tokens and a piece of text need 3',
    })
  })

  test('stops when it is told to', async () => {
    const stop = new AbortController()
    function* endless() {
      for (let i = 0; ; i++) {
        if (i === 10) stop.abort()
        yield 'the whale '
      }
    }
    for (const train of [trainBpe, trainCharacters, trainWords]) {
      await expect(train(endless(), { vocabSize: 300, signal: stop.signal })).rejects.toThrow('aborted')
    }
  })

  test('tells how far it is', async () => {
    const shares: number[] = []
    const docs = Array.from({ length: 500 }, (_, i) => ` w${i}x${i * 31}`)
    await trainBpe(docs, { vocabSize: 600, minFrequency: 1, progress: ({ share }) => shares.push(share) })
    expect(shares.length).toBeGreaterThan(3)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
  })
})

describe('trainWords', () => {
  test('numbers pieces by count, then by spelling, and keeps the most frequent', async () => {
    const tokenizer = await trainWords(['b a b, a b'], { vocabSize: 5 })
    expect(Array.from({ length: 5 }, (_, id) => tokenizer.token(id))).toEqual([
      '<|endoftext|>',
      '<|unk|>',
      ' ',
      'b',
      'a',
    ])
  })

  test('a piece that comes too seldom is unknown', async () => {
    const tokenizer = await trainWords(['b a b'], { minFrequency: 2 })
    expect(Array.from(tokenizer.encode('a'))).toEqual([1])
  })
})
