import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Documents, frameBytes, type Source } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { jsonl } from './jsonl/jsonl.ts'
import { testFolder } from './testing/folder.ts'
import { text } from './text/text.ts'

const folder = await testFolder()
const megabyte = 1024 * 1024

/** Writes a block over and over, without holding the whole. */
async function large(name: string, block: string, megabytes: number): Promise<string> {
  const path = join(folder.path, name)
  const bytes = Buffer.from(block.repeat(Math.ceil(megabyte / Buffer.byteLength(block))))
  const file = await open(path, 'w')
  for (let written = 0; written < megabytes * megabyte; written += bytes.length) await file.write(bytes)
  await file.close()
  return path
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are really held: what the collector has not got round to is no part of it. */
function held(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes of text read, of the largest frame, and held at the most above what was held before (looked at every tenth frame). */
async function measure(source: Source<Documents>): Promise<{ text: number; frame: number; memory: number }> {
  const before = held()
  let text = 0
  let frame = 0
  let memory = 0
  let count = 0
  for await (const next of source.read(undefined, new AbortController().signal)) {
    text += next.batch.getChild('text')!.data[0]!.values.length
    frame = Math.max(frame, frameBytes(next))
    if (count++ % 10 === 0) memory = Math.max(memory, held() - before)
  }
  return { text, frame, memory }
}

test('200 MB of text in one file', async () => {
  const path = await large('large.txt', 'The whale, the white whale, was seen to leeward.\n', 200)
  const { frame, memory, text: total } = await measure(text({ path }))
  expect(total).toBeGreaterThanOrEqual(200 * megabyte)
  expect(frame).toBeLessThan(1.1 * megabyte)
  expect(memory).toBeLessThan(64 * megabyte)
})

test('100 MB of JSON lines', async () => {
  const line = `{"text":"${'The whale, the white whale, was seen to leeward. '.repeat(40)}","url":"https://example.org/"}\n`
  const path = await large('large.jsonl', line, 100)
  const { frame, memory, text: total } = await measure(jsonl({ path }))
  expect(total).toBeGreaterThan(90 * megabyte)
  expect(frame).toBeLessThan(1.3 * megabyte)
  expect(memory).toBeLessThan(32 * megabyte)
})

test('a line without end ends at its limit', async () => {
  const path = await large('endless.jsonl', 'x', 60)
  const source = jsonl({ path, onError: 'skip', maxLineBytes: 2 * megabyte })
  await expect(measure(source)).rejects.toThrow('there is no document in it: left out 1 bad line')
})
