import { Tokenizer as HuggingFace } from '@huggingface/tokenizers'
import { describe, expect, test } from 'vitest'
import { tokenizerFiles } from './json/files.ts'
import { golden, mobyDick, sha256, sha256OfIds } from './testing/golden.ts'
import type { Tokenizer } from './tokenizer.ts'
import { trainBpe } from './training/bpe.ts'
import { trainCharacters, trainWords } from './training/level.ts'
import { trainWordPiece } from './training/wordpiece.ts'

const expected = golden('moby-dick')
const text = mobyDick()

test('the book is the one the golden values were made from', () => {
  expect(sha256(text)).toBe(expected.textSha256)
})

describe('a whole book gives what it gives Hugging Face', () => {
  test.each(expected.bpe as any[])('BPE of $vocabSize, at least $minFrequency', async wanted => {
    const { vocabSize, minFrequency } = wanted
    const tokenizer = await trainBpe([text], { vocabSize, minFrequency })
    const merges: string[][] = (tokenizer.toJSON() as any).model.merges
    const ids = tokenizer.encode(text)
    expect({
      vocabSize,
      minFrequency,
      size: tokenizer.vocabSize,
      merges: merges.length,
      mergesSha256: sha256(merges.map(pair => pair.join(' ')).join('\n')),
      ids: ids.length,
      idsSha256: sha256OfIds(ids),
    }).toEqual(wanted)
    expect(tokenizer.decode(ids)).toBe(text)
  })

  test.each(expected.level as any[])('$kind', async wanted => {
    const train = wanted.kind === 'char' ? trainCharacters : trainWords
    const tokenizer = await train([text], { vocabSize: 5000, minFrequency: 2 })
    const ids = tokenizer.encode(text)
    const vocab = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.token(id))
    expect({
      kind: wanted.kind,
      size: tokenizer.vocabSize,
      vocabSha256: sha256(vocab.join('\n')),
      ids: ids.length,
      idsSha256: sha256OfIds(ids),
    }).toEqual(wanted)
  })
})

describe('@huggingface/tokenizers reads our files with equal ids', () => {
  const trained: Record<string, () => Promise<Tokenizer>> = {
    bpe: () => trainBpe([text], { vocabSize: 2000 }),
    cl100k: () => trainBpe([text], { vocabSize: 2000, cut: 'cl100k' }),
    wordpiece: () => trainWordPiece([text], { vocabSize: 2000 }),
    char: () => trainCharacters([text]),
    word: () => trainWords([text], { vocabSize: 5000 }),
  }
  test.each(Object.keys(trained))('%s', async kind => {
    const ours = await trained[kind]!()
    const files = tokenizerFiles(ours)
    const json = (name: string) => JSON.parse(files.get(name)!)
    const theirs = new HuggingFace(json('tokenizer.json'), json('tokenizer_config.json'))
    // Its JavaScript engine's Unicode is another from version to version; the book's letters are old enough for all.
    for (const line of text.split('\n').slice(0, 1500)) {
      expect(theirs.encode(line, { add_special_tokens: false }).ids).toEqual(Array.from(ours.encode(line)))
    }
  })
})
