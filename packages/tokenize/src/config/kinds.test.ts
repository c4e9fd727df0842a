import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry, type RunEvent } from '@sluice/pipeline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Tokenizer } from '../tokenizer.ts'
import { tokenizerKinds } from './kinds.ts'

const registry = new Registry(tokenizerKinds)
const events: RunEvent[] = []
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-'))
})
afterAll(() => rm(dir, { recursive: true }))

function build(use: string, config: object): Promise<Tokenizer> {
  const kind = registry.get('tokenizer', use)
  return kind.build(kind.config.parse(config), {
    id: 'tokenizer',
    baseDir: dir,
    seed: 1,
    signal: new AbortController().signal,
    emit: (event: RunEvent) => events.push(event),
    async *texts() {
      yield 'call me Ishmael, call me'
    },
  })
}

describe('tokenizer kinds', () => {
  test('bpe, wordpiece, char and word are trained on the texts', async () => {
    const bpe = await build('bpe', { vocabSize: 262 })
    expect([bpe.kind, bpe.vocabSize, bpe.decode(bpe.encode('Ahab'))]).toEqual(['bpe', 262, 'Ahab'])
    const wordpiece = await build('wordpiece', { vocabSize: 40 })
    expect([wordpiece.kind, wordpiece.decode(wordpiece.encode('Me, call'))]).toEqual(['wordpiece', 'me, call'])
    const char = await build('char', {})
    expect([char.kind, char.vocabSize]).toEqual(['char', 12])
    expect((await build('char', { vocabSize: 5 })).vocabSize).toBe(5)
    const word = await build('word', {})
    expect([word.kind, word.vocabSize]).toEqual(['word', 7])
  })

  test('file reads a tokenizer.json beside the config', async () => {
    const char = await build('char', {})
    await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(char.toJSON()))
    const read = await build('file', { path: 'tokenizer.json' })
    expect(read.toJSON()).toEqual(char.toJSON())
    expect((await build('file', { path: 'tokenizer.json', endOfText: '<|unk|>' })).endOfText).toBe(1)
  })

  test('file says what is wrong with one', async () => {
    await expect(build('file', { path: 'none.json' })).rejects.toMatchObject({
      name: 'StorageError',
      file: 'none.json',
    })
    await writeFile(join(dir, 'bad.json'), '{')
    await expect(build('file', { path: 'bad.json' })).rejects.toMatchObject({ name: 'DataError', file: 'bad.json' })
    await writeFile(join(dir, 'other.json'), '{"model":{"type":"Unigram"},"added_tokens":[]}')
    await expect(build('file', { path: 'other.json' })).rejects.toMatchObject({
      name: 'DataError',
      file: 'other.json',
      message: 'no special token is known to end a text, there are: none',
    })
  })

  test('every key is described, for editors', () => {
    for (const kind of tokenizerKinds) {
      const { properties } = z.toJSONSchema(kind.config, { io: 'input' }) as any
      for (const [name, property] of Object.entries<any>(properties)) {
        expect(`${name}: ${property.description ?? 'none'}`).not.toContain('none')
      }
    }
  })
})
