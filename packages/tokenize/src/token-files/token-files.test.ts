import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@sluice/pipeline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenize } from '../stages/tokenize.ts'
import { collect, documentsSource, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import type { TokenFileFormat } from './format.ts'
import { readTokens } from './read.ts'
import { writeTokens } from './write.ts'

let dir: string
let tokenizer: Tokenizer
const texts = ['the whale and the sea', '', 'é 字 the ship', 'a']

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-'))
  tokenizer = await trainBpe(texts, { vocabSize: 264 })
})
afterAll(() => rm(dir, { recursive: true }))

async function write(format: TokenFileFormat): Promise<string> {
  const path = join(dir, `${format}.bin`)
  const source = documentsSource([
    [
      { id: '0', text: texts[0]!, source: 's' },
      { id: '1', text: texts[1]!, source: 's' },
      { id: '2', text: 'é 字', source: 's', part: 0, last: false },
    ],
    [
      { id: '2', text: ' the ship', source: 's', part: 1, last: true },
      { id: '3', text: texts[3]!, source: 's' },
    ],
  ])
  const sink = writeTokens({ path, format, endOfText: tokenizer.endOfText })
  await run({ source, stages: [tokenize({ tokenizer })], sink }).done
  return path
}

describe.each(['nanogpt', 'llm.c'] as TokenFileFormat[])('%s', format => {
  test('holds the ids, an end of text with each document', async () => {
    const bytes = await readFile(await write(format))
    const documents = [texts[0]!, texts[2]!, texts[3]!].map(text => Array.from(tokenizer.encode(text)))
    const start = format === 'llm.c' ? 1024 : 0
    const ids = Array.from({ length: (bytes.length - start) / 2 }, (_, i) => bytes.readUInt16LE(start + i * 2))
    expect(ids).toEqual(documents.flatMap(each => (format === 'llm.c' ? [0, ...each] : [...each, 0])))
    if (start > 0) expect([0, 4, 8].map(at => bytes.readInt32LE(at))).toEqual([20240520, 1, ids.length])
  })

  test.each([1, 3, 1000])('comes back as documents, in frames of %i, resumed anywhere', async frameTokens => {
    const path = await write(format)
    const source = () => readTokens({ path, tokenizer, frameTokens })
    const { frames } = await collect({ source: source(), stages: [] })
    const found = new Map<string, { ids: number[]; bytes: number; lasts: boolean[] }>()
    for (const row of frames.flatMap(rowsOf)) {
      const document = found.get(row.doc_id) ?? { ids: [], bytes: 0, lasts: [] }
      expect(row.part).toBe(document.lasts.length)
      document.ids.push(...row.ids)
      document.bytes += row.bytes
      document.lasts.push(row.last)
      found.set(row.doc_id, document)
    }
    expect([...found.values()].map(({ ids }) => tokenizer.decode(ids))).toEqual([texts[0], texts[2], texts[3]])
    expect([...found.values()].map(({ bytes }) => bytes)).toEqual([21, 15, 1])
    for (const { lasts } of found.values()) expect(lasts.indexOf(true)).toBe(lasts.length - 1)
    for (let i = 0; i < frames.length; i++) {
      const rest = await collect({ source: source(), stages: [], from: frames[i]!.cursor })
      expect(rest.frames.flatMap(rowsOf)).toEqual(frames.slice(i + 1).flatMap(rowsOf))
    }
  })
})

test('what cannot be written or read is told', async () => {
  const path = join(dir, 'bad.bin')
  await writeFile(path, Buffer.of(1, 0, 2))
  const read = () => collect({ source: readTokens({ path, tokenizer }), stages: [] })
  await expect(read()).rejects.toThrow('a file of 16-bit ids has an even length')
  await writeFile(path, Buffer.of(1, 0, 0, 2))
  await expect(read()).rejects.toThrow("the id 512 is beyond the tokenizer's 261 tokens")
  await rm(path)
  await expect(read()).rejects.toThrow('the tokens cannot be read: ENOENT')
  const sink = writeTokens({ path, format: 'nanogpt', endOfText: 70_000 })
  const source = documentsSource([[{ id: '0', text: 'a', source: 's' }]])
  await expect(run({ source, stages: [tokenize({ tokenizer })], sink }).done).rejects.toThrow(
    'the id 70000 does not fit into 16 bits',
  )
  await expect(readFile(path)).rejects.toThrow('ENOENT')
  await expect(readFile(`${path}.tmp`)).rejects.toThrow('ENOENT')
})
