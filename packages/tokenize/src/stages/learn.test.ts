import { describe, expect, test } from 'vitest'
import { collect, documentsSource, rowsOf } from '../testing/harness.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters, trainWords } from '../training/level.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { learn } from './learn.ts'
import { tokenize } from './tokenize.ts'

const texts = Array.from({ length: 40 }, (_, i) => `the whale ${i} and ${'the sea '.repeat(i % 4)} ☠`)
const source = () => documentsSource(texts.map((text, i) => [{ id: `${i}`, text, source: 's' }]))

describe('learn', () => {
  test('learns what the trainers learn, and lets the documents through', async () => {
    const expected = {
      bpe: await trainBpe(texts, { vocabSize: 290, cut: 'llama3' }),
      wordpiece: await trainWordPiece(texts, { vocabSize: 70 }),
      char: await trainCharacters(texts),
      word: await trainWords(texts),
    }
    const stages = [
      learn({ kind: 'bpe', vocabSize: 290, cut: 'llama3' }),
      learn({ kind: 'wordpiece', vocabSize: 70, id: 'bert' }),
      learn({ kind: 'char', id: 'char' }),
      learn({ kind: 'word', id: 'word' }),
    ]
    const { frames, events } = await collect({ source: source(), stages })
    expect(frames.flatMap(frame => rowsOf(frame).map(row => row.text))).toEqual(texts)
    const learned = await Promise.all(stages.map(stage => stage.tokenizer))
    for (const tokenizer of learned) {
      expect(tokenizer.toJSON()).toEqual(expected[tokenizer.kind as keyof typeof expected].toJSON())
    }
    expect(events.filter(event => event.type === 'note').map(note => note.message)[0]).toMatch(
      /^learned 274 tokens from \d+ bytes, \d+ different words$/,
    )
    expect(events.some(event => event.type === 'preparing' && event.detail.startsWith('counted '))).toBe(true)
  })

  test('a sample of so many bytes, and words given up', async () => {
    const stage = learn({ kind: 'word', bytes: 200, maxWords: 10 })
    const { frames, events } = await collect({ source: source(), stages: [stage] })
    expect(frames.length).toBe(40)
    const learned = (await stage.tokenizer).toJSON()
    const first = texts.slice(
      0,
      texts.findIndex((_, i) => Buffer.byteLength(texts.slice(0, i + 1).join('')) >= 200) + 1,
    )
    expect(learned).toEqual((await trainWords(first, { maxWords: 10 })).toJSON())
    const note = events.find(event => event.type === 'note') as any
    expect(note.message).toMatch(/; \d+ rare words were given up, \d+ occurrences$/)
  })

  test('cut short, it learns nothing; resumed, it refuses', async () => {
    const stage = learn({ kind: 'char' })
    const { frames } = await collect({ source: source(), stages: [stage], stopAfter: 3, mark: 1 })
    await expect(stage.tokenizer).rejects.toThrow('the input was cut short, nothing was learned')
    const from = frames.at(-1)!.cursor
    await expect(collect({ source: source(), stages: [learn({ kind: 'char' })], from })).rejects.toMatchObject({
      name: 'StateError',
      message: 'what was counted is in no checkpoint',
      advice: 'learn from the beginning',
    })
  })

  test('learned in one run, used in the next', async () => {
    const stage = learn({ kind: 'bpe', vocabSize: 270 })
    await collect({ source: source(), stages: [stage] })
    const { frames } = await collect({ source: source(), stages: [tokenize({ tokenizer: await stage.tokenizer })] })
    expect(frames.length).toBe(40)
  })
})
