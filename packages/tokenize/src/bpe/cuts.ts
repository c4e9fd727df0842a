import type { Json } from '@sluice/pipeline'
import { cl100kWord } from './cl100k.ts'
import { cl100kOpenings, gpt2Openings, type Openings } from './openings.ts'
import { gpt2Word } from './words.ts'

/** How a text is cut into words before they are merged. */
export interface BpeCut {
  readonly name: BpeCutName
  /** The same cut as an expression, for Hugging Face's Split pre-tokenizer. */
  readonly pattern: string
  /** End of the word that begins at `bytes[at]` (at < end). */
  end(bytes: Uint8Array, at: number, end: number): number
  /** What the first two bytes of a word tell of where it ends, as `end` says too. */
  readonly openings: Openings
}

/** `gpt2`; `cl100k`, GPT-4's; `llama3`, which is the same; `qwen2`, that with every digit for itself. */
export type BpeCutName = (typeof bpeCutNames)[number]

export const bpeCutNames = ['gpt2', 'cl100k', 'llama3', 'qwen2'] as const

const cl100kPattern = (numbers: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

export const bpeCuts: Readonly<Record<BpeCutName, BpeCut>> = {
  gpt2: {
    name: 'gpt2',
    pattern: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    end: gpt2Word,
    openings: gpt2Openings,
  },
  cl100k: { name: 'cl100k', pattern: cl100kPattern('\\p{N}{1,3}'), end: cl100kWord(3), openings: cl100kOpenings },
  llama3: { name: 'llama3', pattern: cl100kPattern('\\p{N}{1,3}'), end: cl100kWord(3), openings: cl100kOpenings },
  qwen2: { name: 'qwen2', pattern: cl100kPattern('\\p{N}'), end: cl100kWord(1), openings: cl100kOpenings },
}

/** The pre-tokenizer of tokenizer.json that cuts so. */
export function preTokenizer(cut: BpeCut): Json {
  const byteLevel = (use_regex: boolean) => ({
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex,
  })
  if (cut.name === 'gpt2') return byteLevel(true)
  const split = { type: 'Split', pattern: { Regex: cut.pattern }, behavior: 'Isolated', invert: false }
  return { type: 'Sequence', pretokenizers: [split, byteLevel(false)] }
}
