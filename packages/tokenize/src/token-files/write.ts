import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { DataError, requireFields, type Sink, StorageError, type Tokens, tokensSchema } from '@sluice/pipeline'
import { readRows } from '../stages/token-rows.ts'
import { headerBytes, llmcHeader, type TokenFileFormat } from './format.ts'

export interface WriteTokensOptions {
  path: string
  format: TokenFileFormat
  /** Id put after each document (llm.c: before it). */
  endOfText: number
  /** Default `token-file`. */
  id?: string
}

/**
 * Writes tokens to a file that nanoGPT or llm.c reads. The file appears under its name when the run has finished; a run that stops
 * or fails leaves none.
 *
 * @throws DataError for an id over 65535, which 16 bits do not hold; StorageError where it cannot be written
 */
export function writeTokens({ path, format, endOfText, id = 'token-file' }: WriteTokensOptions): Sink<Tokens> {
  const header = format === 'llm.c' ? headerBytes : 0
  const temporary = `${path}.tmp`
  let file: FileHandle | undefined
  let tokens = 0
  /** The document at hand has begun. */
  let begun = false

  const storing = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      throw new StorageError(`the tokens cannot be written: ${(cause as Error).message}`, { file: path, cause })
    }
  }
  return {
    id,
    accept: input => requireFields(id, input, tokensSchema),
    async open() {
      file = await storing(open(temporary, 'w'))
      tokens = 0
      if (header > 0) await storing(file.write(llmcHeader(0)))
    },
    async consume(frame) {
      const rows = readRows(frame.batch)
      const length = rows.reduce((sum, row) => sum + row.ids.length + 2, 0)
      const bytes = Buffer.allocUnsafe(length * 2)
      let at = 0
      const put = (token: number): void => {
        if (token > 0xffff) {
          throw new DataError(`the id ${token} does not fit into 16 bits`, { stage: id, file: path })
        }
        at = bytes.writeUInt16LE(token, at)
        tokens++
      }
      for (const row of rows) {
        if (!begun && row.ids.length > 0 && format === 'llm.c') put(endOfText)
        begun ||= row.ids.length > 0
        for (const token of row.ids) put(token)
        if (row.last && begun && format === 'nanogpt') put(endOfText)
        if (row.last) begun = false
      }
      await storing(file!.write(bytes, 0, at))
    },
    async close(outcome) {
      if (!file) return
      const whole = file
      file = undefined
      try {
        if (outcome === 'finished' && header > 0) await storing(whole.write(llmcHeader(tokens), 0, headerBytes, 0))
      } finally {
        await whole.close()
      }
      await storing(outcome === 'finished' ? rename(temporary, path) : rm(temporary, { force: true }))
    },
  }
}
