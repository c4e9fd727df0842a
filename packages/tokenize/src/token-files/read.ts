import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  boolColumn,
  DataError,
  defineSource,
  int32Column,
  int32ListColumn,
  type Json,
  type Source,
  StorageError,
  type Tokens,
  tokensSchema,
  utf8Column,
} from '@sluice/pipeline'
import { type Int32, type List, makeData, RecordBatch, Struct } from 'apache-arrow'
import type { Tokenizer } from '../tokenizer.ts'
import { headerBytes, readLlmcHeader } from './format.ts'

export interface ReadTokensOptions {
  path: string
  /** The one the file was made with: tells where documents end, and the bytes of text that ids stand for. */
  tokenizer: Tokenizer
  /** Ids of a frame, about. Default 262,144. */
  frameTokens?: number
  /** Default `token-file`. */
  id?: string
}

/** Where reading goes on: the ids passed, documents begun before, parts of the one at hand. */
type Position = { readonly token: number; readonly document: number; readonly part: number }

/**
 * Documents of tokens from a file of nanoGPT's or llm.c's, told apart by its header. End-of-text tokens are taken out; `pack` puts
 * them in again. A document that goes on in the next frame comes in parts.
 *
 * @throws StorageError where the file cannot be read, DataError where its header and its length disagree or an id is out of range
 */
export function readTokens(options: ReadTokensOptions): Source<Tokens> {
  const { path, tokenizer, frameTokens = 1 << 18, id = 'token-file' } = options
  return defineSource({
    id,
    schema: tokensSchema,
    async *read(from: Json | undefined) {
      const file = await open(path).catch(cause => {
        throw new StorageError(`the tokens cannot be read: ${cause.message}`, { file: path, cause })
      })
      try {
        const start = await contentStart(file, path)
        const { size } = await file.stat()
        if ((size - start) % 2 !== 0) throw new DataError('a file of 16-bit ids has an even length', { file: path })
        const total = (size - start) / 2
        let position = (from ?? { token: 0, document: 0, part: 0 }) as Position
        while (position.token < total) {
          const count = Math.min(frameTokens, total - position.token)
          const bytes = Buffer.alloc(count * 2)
          await file.read(bytes, 0, bytes.length, start + position.token * 2)
          const cut = cutDocuments(bytes, position, { tokenizer, path, end: position.token + count === total })
          position = cut.position
          yield cut
        }
      } finally {
        await file.close()
      }
    },
  })
}

/** Bytes before the first id. */
async function contentStart(file: Awaited<ReturnType<typeof open>>, path: string): Promise<number> {
  const header = Buffer.alloc(headerBytes)
  const { bytesRead } = await file.read(header, 0, headerBytes, 0)
  const tokens = readLlmcHeader(header.subarray(0, bytesRead))
  if (tokens === undefined) return 0
  const there = ((await file.stat()).size - headerBytes) / 2
  if (there === tokens) return headerBytes
  throw new DataError(`the header tells of ${tokens} tokens, the file holds ${there}`, { file: path })
}

interface CutOptions {
  tokenizer: Tokenizer
  path: string
  /** These are the file's last ids. */
  end: boolean
}

function cutDocuments(bytes: Buffer, from: Position, { tokenizer, path, end }: CutOptions) {
  const { endOfText, vocabSize } = tokenizer
  const ids = new Int32Array(bytes.length / 2)
  const offsets = [0]
  const [names, parts, lasts, lengths]: [string[], number[], boolean[], number[]] = [[], [], [], []]
  let { document, part } = from
  let length = 0
  let text = 0
  const row = (last: boolean): void => {
    // Between two end-of-text tokens, and before the first one, there is no document.
    if (length > offsets.at(-1)! || part > 0) {
      names.push(`${basename(path)}#${document}`)
      parts.push(part)
      lasts.push(last)
      lengths.push(text)
      offsets.push(length)
      document += Number(last)
      part = last ? 0 : part + 1
    }
    text = 0
  }
  const bytesOf = new Int32Array(vocabSize).fill(-1)
  for (let i = 0; i < ids.length; i++) {
    const token = bytes.readUInt16LE(i * 2)
    if (token === endOfText) row(true)
    else {
      if (token >= vocabSize) {
        const message = `the id ${token} is beyond the tokenizer's ${vocabSize} tokens`
        throw new DataError(message, { file: path, advice: 'give the tokenizer the file was made with' })
      }
      if (bytesOf[token]! < 0) bytesOf[token] = tokenizer.tokenBytes(token).length
      text += bytesOf[token]!
      ids[length++] = token
    }
  }
  row(end)
  const type = tokensSchema.fields[4]!.type as List<Int32>
  const children = [
    utf8Column(names),
    utf8Column(names.map(() => basename(path))),
    int32Column(Int32Array.from(parts)),
    boolColumn(lasts),
    int32ListColumn(type, Int32Array.from(offsets), ids.slice(0, length)),
    int32Column(Int32Array.from(lengths)),
  ]
  const struct = new Struct<Tokens>(tokensSchema.fields)
  const data = makeData({ type: struct, length: names.length, nullCount: 0, children })
  const position = { token: from.token + ids.length, document, part }
  return { batch: new RecordBatch<Tokens>(tokensSchema, data), position }
}
