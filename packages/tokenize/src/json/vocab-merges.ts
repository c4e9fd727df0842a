import { DataError } from '@sluice/pipeline'
import { type BpeCutName, bpeCuts, preTokenizer } from '../bpe/cuts.ts'
import { endOfTextToken, type Tokenizer } from '../tokenizer.ts'
import { loadTokenizer } from './load.ts'
import { isObject } from './shape.ts'

export interface VocabMergesOptions {
  /** How text is cut into words: the files do not say. Default `gpt2`. */
  cut?: BpeCutName
  /** Entries of the vocabulary that text does not give. Default `['<|endoftext|>']`. */
  specialTokens?: readonly string[]
  /** The one that ends a document. Default: the first. */
  endOfText?: string
}

/**
 * A byte-level BPE from GPT-2's two files: vocab.json (parsed; also called encoder.json) and merges.txt (also vocab.bpe).
 *
 * @throws DataError for files that contradict themselves or each other
 */
export function loadVocabMerges(vocab: unknown, merges: string, options: VocabMergesOptions = {}): Tokenizer {
  if (!isObject(vocab)) throw new DataError('vocab.json must hold an object')
  const { cut = 'gpt2', specialTokens = [endOfTextToken], endOfText = specialTokens[0] } = options
  const added = specialTokens.map(content => {
    if (vocab[content] === undefined) throw new DataError(`special token "${content}" is not in the vocabulary`)
    return { id: vocab[content], content, special: true }
  })
  const lines = merges.split(/\r?\n/).filter(line => line !== '' && !line.startsWith('#version'))
  const model = { type: 'BPE', vocab, merges: lines }
  const json = { added_tokens: added, pre_tokenizer: preTokenizer(bpeCuts[cut]), model }
  return loadTokenizer(json, endOfText === undefined ? {} : { endOfText })
}
