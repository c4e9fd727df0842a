import { DataError } from '@sluice/pipeline'
import { loadTokenizer } from '../json/load.ts'
import type { JsonObject } from '../json/shape.ts'
import { endOfTextId } from '../json/special.ts'
import { isUnsupported } from '../json/unsupported.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { foreignTokenizer } from './tokenizer.ts'

const packageName = '@huggingface/tokenizers'

export interface LoadAnyOptions {
  /** Spelling of the special token that ends a document, where its name does not tell. */
  endOfText?: string | undefined
  /** Told when the tokenizer is run by another package. Default: nobody is. */
  warn?: ((message: string) => void) | undefined
  /** For tests: the package. Default: `@huggingface/tokenizers`, if it is installed. */
  load?: (() => Promise<any>) | undefined
}

/**
 * Any tokenizer.json (parsed). Kinds that are not ours, as Unigram, other normalizers and pre-tokenizers, are run by the package
 * `@huggingface/tokenizers`, if it is installed: many times slower, with no offsets, and what it gives is its own word.
 *
 * @throws DataError for files that contradict themselves, and for other kinds where the package is not there or refuses them
 */
export async function loadAnyTokenizer(json: unknown, options: LoadAnyOptions = {}): Promise<Tokenizer> {
  const { endOfText, warn, load = () => import(packageName) } = options
  try {
    return loadTokenizer(json, endOfText === undefined ? {} : { endOfText })
  } catch (error) {
    if (!isUnsupported(error)) throw error
    const { place } = error
    const found = await load().catch(() => undefined)
    if (!found) {
      const advice = `npm install ${packageName}, which runs it, many times slower; or train a tokenizer on the corpus`
      throw new DataError(error.message, { advice, cause: error, ...(place && { place }) })
    }
    const special = specialOf(json as JsonObject)
    const end = endOfTextId(json as JsonObject, special, endOfText)
    try {
      const tokenizer = foreignTokenizer(new found.Tokenizer(json, {}), {
        json: json as JsonObject,
        special,
        endOfText: end,
      })
      warn?.(`is run by ${packageName}, many times slower than our own kinds: ${error.message}`)
      return tokenizer
    } catch (cause) {
      const message = `${error.message}, and ${packageName} does not run it: ${(cause as Error).message}`
      throw new DataError(message, { cause, ...(place && { place }) })
    }
  }
}

/** Spelling to id, of the added tokens that are special. */
function specialOf(json: JsonObject): Map<string, number> {
  const added = (json.added_tokens ?? []) as { content: string; id: number; special?: boolean }[]
  return new Map(added.filter(token => token.special === true).map(token => [token.content, token.id]))
}
