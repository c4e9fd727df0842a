import { ConfigError } from '@sluice/pipeline'
import { type BpeCutName, bpeCutNames } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { Command, CommonOptions } from './command.ts'
import { compare } from './tokenizer-compare.ts'
import { cut, decode, encode, inspect } from './tokenizer-look.ts'
import { train } from './tokenizer-train.ts'

export interface TokenizerOptions {
  readonly action: string
  readonly items: readonly (string | number)[]
  readonly text: string | undefined
  readonly kind: 'bpe' | 'wordpiece' | 'char' | 'word'
  readonly vocabSize: number | undefined
  readonly minFrequency: number | undefined
  readonly maxTokenLength: number | undefined
  readonly cut: BpeCutName
  readonly trainOn: string | undefined
  readonly stdin: boolean
  readonly special: boolean
  readonly endOfText: string | undefined
  readonly ids: boolean
  readonly json: boolean
}

type Action = (options: TokenizerOptions & { readonly paths: readonly string[] }, console: Console) => Promise<number>

const actions: Readonly<Record<string, Action>> = { train, encode, decode, inspect, compare, cut }

export const tokenizerCommand: Command<TokenizerOptions> = {
  command: 'tokenizer <action> [items..]',
  describe: 'Train tokenizers and look at what they do',
  positionals: {
    action: { type: 'string', choices: Object.keys(actions), demandOption: true, describe: 'What to do' },
    items: { type: 'string', array: true, default: [], describe: 'Files, folders of runs, or ids: see the examples' },
  },
  options: {
    text: { type: 'string', describe: 'The text to encode or to cut' },
    kind: { type: 'string', choices: ['bpe', 'wordpiece', 'char', 'word'], default: 'bpe', describe: 'What to train' },
    'vocab-size': { type: 'number', describe: 'Tokens to learn (8192; char: all)' },
    cut: { type: 'string', choices: bpeCutNames, default: 'gpt2', describe: 'How BPE cuts words' },
    'min-frequency': {
      type: 'number',
      describe: 'Pieces and pairs that come less often are not learned (2; char, word: 1)',
    },
    'max-token-length': { type: 'number', describe: 'Longer tokens are not made (no limit)' },
    'train-on': { type: 'string', describe: 'Learn from the first so many bytes, such as 50MB' },
    stdin: { type: 'boolean', default: false, describe: 'Read the text, or the ids, from standard input' },
    special: { type: 'boolean', default: false, describe: 'Find special tokens in the text' },
    'end-of-text': {
      type: 'string',
      describe: 'Special token that ends a text, if the file does not tell',
    },
    ids: { type: 'boolean', default: false, describe: 'Print ids only' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [
    ['$0 tokenizer train tokenizer.json corpus.txt --vocab-size 8192', 'learns one, Hugging Face reads it'],
    ['$0 tokenizer encode runs/quickstart --text "Call me"', 'how it cuts a text'],
    ['$0 tokenizer encode runs/quickstart book.txt', 'the ids of files, however long'],
    ['$0 tokenizer decode runs/quickstart 17 4 256', 'back to text; with --stdin as the ids come'],
    ['$0 tokenizer inspect runs/quickstart', 'kind, size, special and longest tokens'],
    ['$0 tokenizer compare runs/a runs/b corpus.txt', 'bytes per token, unknowns, tokens per word'],
    ['$0 tokenizer cut runs/quickstart --text "Call me"', 'characters, subwords and words side by side'],
  ],
  async run(given, console) {
    const options = lastOnes(given)
    const action = actions[options.action]
    if (!action) throw new ConfigError(`no action of tokenizer is called "${options.action}"`)
    return action({ ...options, paths: options.items.map(String) }, console)
  },
}

/** Of an option given twice the last, as with the other commands. */
function lastOnes(given: TokenizerOptions & CommonOptions): TokenizerOptions {
  const entries = Object.entries(given).map(([name, value]) => {
    return [name, name !== 'items' && Array.isArray(value) ? value.at(-1) : value]
  })
  return Object.fromEntries(entries)
}
