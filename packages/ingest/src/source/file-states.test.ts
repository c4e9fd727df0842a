import { rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { jsonl } from '../jsonl/jsonl.ts'
import { testFolder } from '../testing/folder.ts'

const line = (text: string) => `${JSON.stringify({ text })}\n`

async function three() {
  const folder = await testFolder()
  for (const name of ['a', 'b', 'c']) await folder.write(`${name}.jsonl`, line(`the tale of ${name}`))
  return { folder, source: jsonl({ path: '*.jsonl', baseDir: folder.path }) }
}

async function texts(source: ReturnType<typeof jsonl>): Promise<string[]> {
  const found: string[] = []
  for await (const { batch } of source.read(undefined, new AbortController().signal))
    found.push(...Array.from(batch.getChild('text')!, String))
  return found
}

const tales = ['a', 'b', 'c'].map(name => `the tale of ${name}`)

test('a file that a glob no longer finds ends the next epoch, and is not left out of it', async () => {
  const { folder, source } = await three()
  expect(await texts(source)).toEqual(tales)
  const path = join(folder.path, 'b.jsonl')
  await rename(path, join(folder.path, 'b.elsewhere'))
  const gone = `jsonl: b.jsonl: cannot look at it (ENOENT); check that ${path} still is where it was`
  await expect(texts(source)).rejects.toThrow(expect.objectContaining({ name: 'StorageError' }))
  expect(String(await texts(source).catch(error => error))).toBe(gone)
  await rename(join(folder.path, 'b.elsewhere'), path)
  expect(await texts(source)).toEqual(tales)
})

test('nor is one that was seen when a run began to be in the first', async () => {
  const { folder, source } = await three()
  expect(Object.keys(await source.files!())).toEqual(['a.jsonl', 'b.jsonl', 'c.jsonl'])
  await rename(join(folder.path, 'c.jsonl'), join(folder.path, 'c.elsewhere'))
  expect(String(await texts(source).catch(error => error))).toContain('c.jsonl: cannot look at it (ENOENT)')
})

test('one that comes later is read from then on; one of another size is refused', async () => {
  const { folder, source } = await three()
  await texts(source)
  await folder.write('d.jsonl', line('the tale of d'))
  expect(await texts(source)).toEqual([...tales, 'the tale of d'])
  await writeFile(join(folder.path, 'd.jsonl'), line('the tale of d, told again'))
  expect(String(await texts(source).catch(error => error))).toMatch(
    /^jsonl: d\.jsonl: it had 25 bytes when this run began to read, and has 37 now; put it back as it was/,
  )
})

test('one of the same size and another date may be another text, and is told of once', async () => {
  const folder = await testFolder()
  await folder.write('a.jsonl', line('the tale of a'))
  const told: RunEvent[] = []
  const source = jsonl({ path: '*.jsonl', baseDir: folder.path, emit: event => told.push(event) })
  const before = await source.files!()
  await folder.write('a.jsonl', line('the tale of b'))
  await utimes(join(folder.path, 'a.jsonl'), 1, 1)
  expect(await texts(source)).toEqual(['the tale of b'])
  expect(await texts(source)).toEqual(['the tale of b'])
  const message =
    'a.jsonl has another date than when this run began to read, and as many bytes: if its text is another, that is what is read now'
  expect(told).toEqual([{ type: 'warning', stage: 'jsonl', message }])
  expect(await source.files!()).toEqual({ 'a.jsonl': { bytes: before['a.jsonl']!.bytes, modified: 1000 } })
})
