import type { Json } from '@sluice/pipeline'
import { cl100kWord } from './cl100k.ts'
import { gpt2Word } from './words.ts'

/** How a text is cut into words before they are merged. */
export interface BpeCut {
  readonly name: BpeCutName
  /** The same cut as an expression, for Hugging Face's Split pre-tokenizer. */
  readonly pattern: string
  /** End of the word that begins at `bytes[at]` (at < end). */
  end(bytes: Uint8Array, at: number, end: number): number
  /**
   * Per first byte of a word: 1 where the byte and the run of ASCII letters after it, if there is one, are a word; 0 where the byte is
   * a letter itself, and where only `end` knows. Should a byte from 0x80 on follow, the word may go on.
   */
  readonly leads: Uint8Array
}

/** `gpt2`; `cl100k`, GPT-4's; `llama3`, which is the same; `qwen2`, that with every digit for itself. */
export type BpeCutName = (typeof bpeCutNames)[number]

export const bpeCutNames = ['gpt2', 'cl100k', 'llama3', 'qwen2'] as const

const cl100kPattern = (numbers: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

const gpt2Leads = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x20 ? 1 : 0))
/** All ASCII but letters, digits, line ends, and the apostrophe, after which some letters are a word of their own. */
const cl100kLeads = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[^\x80-\xffa-z0-9\r\n']/i.test(String.fromCharCode(byte)) ? 1 : 0,
)

export const bpeCuts: Readonly<Record<BpeCutName, BpeCut>> = {
  gpt2: {
    name: 'gpt2',
    pattern: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    end: gpt2Word,
    leads: gpt2Leads,
  },
  cl100k: { name: 'cl100k', pattern: cl100kPattern('\\p{N}{1,3}'), end: cl100kWord(3), leads: cl100kLeads },
  llama3: { name: 'llama3', pattern: cl100kPattern('\\p{N}{1,3}'), end: cl100kWord(3), leads: cl100kLeads },
  qwen2: { name: 'qwen2', pattern: cl100kPattern('\\p{N}'), end: cl100kWord(1), leads: cl100kLeads },
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
