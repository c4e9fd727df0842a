import type { StreamDecoder } from '../tokenizer.ts'
import type { WordPieceModel } from './model.ts'

/** What `cleanup` writes without a space: Hugging Face's list, applied token by token as there. */
const contractions: readonly [string, string][] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
]

/** Words with spaces between them, pieces that continue one joined to it. A text does not come back as it was. */
export function wordPieceDecoder({ tokens, prefix, cleanup }: WordPieceModel): StreamDecoder {
  let first = true
  return {
    push(id) {
      const token = tokens[id] ?? '\ufffd'
      let text = first ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
      if (cleanup) for (const [from, to] of contractions) text = text.replaceAll(from, to)
      first = false
      return text
    },
    end() {
      first = true
      return ''
    },
  }
}
