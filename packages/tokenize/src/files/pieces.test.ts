import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters, trainWords } from '../training/level.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { type TextPiecesOptions, textPieces } from './pieces.ts'

async function piecesOf(chunks: readonly string[], options?: TextPiecesOptions): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of textPieces(chunks, options)) pieces.push(piece)
  return pieces
}

const corpus = 'The whale, the sea!\nthe ship 1851 \n\n "don\'t" 鯨。\n海 e\u0301 naïve  \t x\r\n'.repeat(5)
const tokenizers = [
  ...(['gpt2', 'cl100k', 'qwen2'] as const).map(cut => trainBpe([corpus], { vocabSize: 400, cut })),
  trainWordPiece([corpus], { vocabSize: 200 }),
  trainCharacters([corpus]),
  trainWords([corpus]),
]

test('pieces give the ids of the whole, wherever they end', async () => {
  const part = fc.constantFrom(
    ...' \n\t\r',
    ' ',
    '\n',
    '\n\n',
    ' \n',
    'the',
    'whale',
    '1851',
    "'s",
    '!',
    '。',
    '鯨',
    '\u0301',
    '\u200d',
    '😀',
    '\u00a0',
    '\u0085',
    '\ufeff',
    'e\u0301',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 40 }), async parts => {
      const end = parts.join('')
      // The piece ends in the last million characters, wherever one can.
      const pieces = await piecesOf(['the whale '.repeat(104_857), `x${end}`, 'the rest'])
      const text = pieces.join('')
      expect(text).toBe(`${'the whale '.repeat(104_857)}x${end}the rest`)
      expect(pieces.length).toBeGreaterThan(1)
      // Ids around the cut: of what is before it, the end does.
      const [first, ...others] = pieces
      const near = first!.slice(-40)
      for (const tokenizer of await Promise.all(tokenizers)) {
        const whole = tokenizer.encode(near + others.join(''))
        const apart = [near, ...others].flatMap(piece => [...tokenizer.encode(piece)])
        expect(apart).toEqual([...whole])
      }
    }),
    { numRuns: 60 },
  )
})

test('no end of a piece tears a special token that is to be found', async () => {
  const specialTokens = ['<|endoftext|>', '<end of text>', 'of text', 'the\nsea', 'a b', 'b a', 'x'.repeat(30)]
  const tokenizer = await trainBpe([corpus], { vocabSize: 400, specialTokens })
  const whole = [...tokenizer.special!.keys()]
  const part = fc.constantFrom(...specialTokens, '<end of', ' text', ' text>', 'the', '\n', 'sea', ' ', 'a', 'b')
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 40 }), fc.nat({ max: 60 }), async (parts, ahead) => {
      const before = '<end of text>'.repeat(80_660)
      const text = `${before} the sea ${parts.join('')}`
      // What a spelling goes on with may not be there yet.
      const at = text.length - ahead
      const pieces = await piecesOf([text.slice(0, at), text.slice(at), 'the'], { whole })
      expect(pieces.join('')).toBe(`${text}the`)
      const ids = (piece: string) => [...tokenizer.encode(piece, { special: 'allow' })]
      const [first, ...others] = pieces
      const near = first!.slice(before.length)
      expect([near, ...others].flatMap(ids)).toEqual(ids(near + others.join('')))
    }),
    { numRuns: 60 },
  )
})

test('nor where a text without a place to cut is cut all the same', async () => {
  const spelling = 'aba'.repeat(40)
  const text = `x${spelling.repeat(175_000)}`
  const pieces = await piecesOf(text.match(/.{1,600000}/g)!, { whole: [spelling] })
  expect(pieces.map(({ length }) => length % spelling.length)).toEqual([1, 0])
  expect(pieces.join('') === text).toBe(true)
})

test('a text without a place to cut ends pieces all the same, and no character is torn', async () => {
  const chunk = '😀'.repeat(500_000)
  const pieces = await piecesOf(['x', ...Array.from({ length: 40 }, () => chunk)])
  expect(pieces.length).toBe(3)
  expect(pieces.every(piece => piece.length < 18e6 && !/\p{Cs}/u.test(piece))).toBe(true)
  expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(40e6 + 1)
})

test('a short text is one piece, none is none', async () => {
  expect(await piecesOf(['the ', 'whale'])).toEqual(['the whale'])
  expect(await piecesOf([])).toEqual([])
  expect(await piecesOf([''])).toEqual([])
})
