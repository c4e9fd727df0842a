import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters, trainWords } from '../training/level.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { textPieces } from './pieces.ts'

async function piecesOf(chunks: readonly string[]): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of textPieces(chunks)) pieces.push(piece)
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
