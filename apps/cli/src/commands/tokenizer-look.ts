import { ConfigError } from '@sluice/pipeline'
import { pieces, type Tokenizer, trainCharacters, trainWords } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { TokenizerOptions } from './tokenizer.ts'
import { first } from './tokenizer-first.ts'
import { idOf, isId, notAnId } from './tokenizer-ids.ts'
import { colouredPicture } from './tokenizer-picture.ts'
import { decodeStream, encodeFiles } from './tokenizer-stream.ts'

type Options = TokenizerOptions & { readonly paths: readonly string[] }

/** `encode <tokenizer> --text …`, or files, or `--stdin` */
export async function encode(options: Options, console: Console): Promise<number> {
  const [path, ...files] = options.paths
  const streamed = files.length > 0 || options.stdin
  if (options.text === undefined && path !== undefined && streamed) return encodeFiles(options, files, console)
  if (options.stdin) throw new ConfigError('--text and --stdin are two texts: give one of them')
  const text = textOf(options)
  const tokenizer = await only(options, console)
  const ids = Array.from(tokenizer.encode(text, { special: options.special ? 'allow' : 'text' }))
  const cut = pieces(tokenizer, ids)
  if (options.json) print(console, JSON.stringify({ ids, pieces: cut }))
  else if (options.ids) print(console, ids.join(' '))
  else {
    print(console, colouredPicture(cut, console))
    print(console, ids.join(' '))
    print(console, `${ids.length} tokens for ${Buffer.byteLength(text)} bytes`)
  }
  return 0
}

/** `decode <tokenizer> <ids...>`, or `--stdin` */
export async function decode(options: Options, console: Console): Promise<number> {
  const [path, ...given] = options.paths
  if (given.length === 0 && options.stdin) return decodeStream(await first(options, console), console)
  const words = given.flatMap(word => word.split(/[\s,]+/).filter(part => part !== ''))
  const wrong = words.find(word => !isId(word))
  if (wrong !== undefined) throw notAnId(wrong)
  const tokenizer = await first(options, console)
  if (words.length === 0) {
    throw new ConfigError(`ids are missing: pipeline tokenizer decode ${path} 17 4 256, or --stdin`)
  }
  const ids = words.map(word => idOf(word, tokenizer))
  print(console, tokenizer.decode(ids))
  return 0
}

/** `inspect <tokenizer>` */
export async function inspect(options: Options, console: Console): Promise<number> {
  const tokenizer = await only(options, console)
  const { kind, vocabSize } = tokenizer
  const special = [...(tokenizer.special ?? [])].sort((a, b) => a[1] - b[1])
  const specials = new Set(special.map(([, id]) => id))
  const ids = Array.from({ length: vocabSize }, (_, id) => id).filter(id => !specials.has(id))
  const lengths = new Map(ids.map(id => [id, tokenizer.tokenBytes(id).length]))
  const longest = [...ids].sort((a, b) => lengths.get(b)! - lengths.get(a)! || a - b).slice(0, 12)
  const mean = ids.reduce((sum, id) => sum + lengths.get(id)!, 0) / Math.max(1, ids.length)
  const endOfText = tokenizer.token(tokenizer.endOfText)
  if (options.json) {
    const named = { special: Object.fromEntries(special), longest: pieces(tokenizer, longest) }
    print(console, JSON.stringify({ kind, vocabSize, endOfText, meanBytes: mean, ...named }))
    return 0
  }
  print(console, `${kind}, ${vocabSize} tokens of ${mean.toFixed(1)} bytes on average`)
  print(console, `special   ${special.map(([token, id]) => `${token} ${id}`).join(', ')}`)
  print(console, `ends text ${endOfText}`)
  const shown = (some: readonly number[]) => colouredPicture(pieces(tokenizer, some), console, 10)
  print(console, `longest   ${shown(longest)}`)
  print(console, `last      ${shown(ids.slice(-12))}`)
  return 0
}

/** `cut <tokenizer> --text …`: the same text as characters, subwords and words. */
export async function cut(options: Options, console: Console): Promise<number> {
  const text = textOf(options)
  const tokenizer = await only(options, console)
  const rows: [string, Tokenizer][] = [
    ['characters', await trainCharacters([text])],
    [tokenizer.kind, tokenizer],
    ['words', await trainWords([text])],
  ]
  const cuts = rows.map(([name, each]) => ({ name, pieces: pieces(each, each.encode(text)) }))
  if (options.json) print(console, JSON.stringify(cuts))
  else {
    for (const { name, pieces } of cuts) {
      print(console, `${name.padEnd(10)} ${String(pieces.length).padStart(5)}  ${colouredPicture(pieces, console, 18)}`)
    }
  }
  return 0
}

async function only(options: Options, console: Console): Promise<Tokenizer> {
  const [, more] = options.paths
  if (more !== undefined) {
    const advice = options.action === 'encode' ? ', and either --text or files' : ''
    throw new ConfigError(`"${more}" is one argument too many: ${options.action} takes one tokenizer${advice}`)
  }
  return first(options, console)
}

function textOf({ text, action, paths: [path = 'runs/quickstart'] }: Options): string {
  if (text !== undefined) return text
  const files = action === 'encode' ? ', or a file, or --stdin' : ''
  throw new ConfigError(`a text is missing: pipeline tokenizer ${action} ${path} --text "Call me"${files}`)
}

function print(console: Console, line: string): void {
  console.stdout.write(`${line}\n`)
}
