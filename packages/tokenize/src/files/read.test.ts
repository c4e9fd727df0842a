import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenizerFiles } from '../json/files.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainWordPiece } from '../training/wordpiece.ts'
import { readTokenizer } from './read.ts'

const text = 'The whale and the sea and the ship, the whale'
let dir: string
let bpe: Tokenizer
let bert: Tokenizer

async function write(folder: string, files: Iterable<[string, string]>): Promise<string> {
  const path = join(dir, folder)
  await mkdir(path, { recursive: true })
  for (const [name, content] of files) await writeFile(join(path, name), content)
  return path
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-'))
  bpe = await trainBpe([text], { vocabSize: 270 })
  bert = await trainWordPiece([text], { vocabSize: 60, lowercase: false })
})
afterAll(() => rm(dir, { recursive: true }))

describe('readTokenizer', () => {
  test('takes a directory, or one of its files', async () => {
    const files = tokenizerFiles(bpe)
    const whole = await write('bpe', files)
    expect((await readTokenizer(whole)).toJSON()).toEqual(bpe.toJSON())
    files.delete('tokenizer.json')
    const old = await write('old', files)
    expect((await readTokenizer(old)).toJSON()).toEqual(bpe.toJSON())
    expect((await readTokenizer(join(old, 'vocab.json'), { cut: 'cl100k' })).encode('123')).toEqual(bpe.encode('123'))
    const berts = tokenizerFiles(bert)
    berts.delete('tokenizer.json')
    expect((await readTokenizer(await write('bert', berts))).toJSON()).toEqual(bert.toJSON())
    expect((await readTokenizer(join(dir, 'bert', 'vocab.txt'), { lowercase: true })).toJSON()).not.toEqual(
      bert.toJSON(),
    )
  })

  test('names the file it cannot read, or that holds something else', async () => {
    await expect(readTokenizer(join(dir, 'none'))).rejects.toMatchObject({
      name: 'StorageError',
      file: join(dir, 'none'),
    })
    const empty = await write('empty', [])
    await expect(readTokenizer(empty)).rejects.toMatchObject({
      name: 'DataError',
      file: empty,
      message: 'the directory holds no tokenizer: none of tokenizer.json, vocab.json, encoder.json, vocab.txt',
    })
    const bad = await write('bad', [
      ['a.tiktoken', 'IQ== 0\n'],
      ['b.json', '{"model":{}}'],
    ])
    await expect(readTokenizer(join(bad, 'a.tiktoken'))).rejects.toMatchObject({ file: join(bad, 'a.tiktoken') })
    await expect(readTokenizer(join(bad, 'b.json'))).rejects.toMatchObject({
      name: 'DataError',
      file: join(bad, 'b.json'),
    })
  })
})
