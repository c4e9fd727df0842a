import { resolve } from 'node:path'
import { fileTexts, type Tokenizer, textPieces } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { TokenizerOptions } from './tokenizer.ts'
import { first } from './tokenizer-first.ts'
import { idOf } from './tokenizer-ids.ts'

/** Ids in a line of output. */
const lineLength = 1000

/** Characters of text that are written at a time. */
const writeLength = 1 << 16

/**
 * The ids of files, and of standard input with `--stdin`, one after the other, on lines of a thousand: never more than some million
 * characters at a time.
 */
export async function encodeFiles(
  options: TokenizerOptions & { readonly paths: readonly string[] },
  files: readonly string[],
  console: Console,
): Promise<number> {
  const tokenizer = await first(options, console)
  const special = options.special ? 'allow' : 'text'
  const { json } = options
  const write = (text: string) => console.stdout.writeBytes(Buffer.from(text, 'utf8'))
  let [tokens, bytes] = [0, 0]
  if (json) await write('{"ids":[')
  const whole = options.special ? [...(tokenizer.special?.keys() ?? [])] : []
  const inputs = [
    ...files.map(file => fileTexts([resolve(console.cwd, file)], { whole })),
    ...(options.stdin ? [textPieces(decoded(console.stdin()), { whole })] : []),
  ]
  for (const texts of inputs) {
    for await (const text of texts) {
      const ids = tokenizer.encode(text, { special })
      let lines = ''
      for (let at = 0; at < ids.length; at += lineLength) {
        const line = ids.subarray(at, at + lineLength).join(json ? ',' : ' ')
        if (json) lines += tokens + at === 0 ? line : `,${line}`
        else lines += `${line}\n`
      }
      tokens += ids.length
      bytes += Buffer.byteLength(text)
      await write(lines)
    }
  }
  if (json) await write(']}\n')
  else if (!options.ids)
    console.stderr.write(`${tokens.toLocaleString('en')} tokens for ${bytes.toLocaleString('en')} bytes\n`)
  return 0
}

/** The text of ids that come in, as they come: nothing is added, so that what `encode` gave comes back as it was. */
export async function decodeStream(tokenizer: Tokenizer, console: Console): Promise<number> {
  const decoder = tokenizer.decoder()
  let text = ''
  const flush = async (): Promise<void> => {
    await console.stdout.writeBytes(Buffer.from(text, 'utf8'))
    text = ''
  }
  let held = ''
  for await (const chunk of decoded(console.stdin())) {
    const words = (held + chunk).split(/[\s,]+/)
    held = words.pop()!
    // An id has ten digits at most: what is longer would be held without end.
    if (held.length > 1000) idOf(held, tokenizer)
    for (const word of words) {
      if (word === '') continue
      text += decoder.push(idOf(word, tokenizer))
      if (text.length >= writeLength) await flush()
    }
  }
  if (held !== '') text += decoder.push(idOf(held, tokenizer))
  text += decoder.end()
  await flush()
  return 0
}

async function* decoded(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // A mark of the byte order belongs to the text, as in files.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const chunk of input) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
