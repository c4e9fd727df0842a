import { type BuildContext, Registry, type RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ingestKinds } from './kinds.ts'
import { readAll } from './testing/documents.ts'
import { testFolder } from './testing/folder.ts'

const folder = await testFolder()
const registry = new Registry(ingestKinds)

function built(use: string, config: object) {
  const events: RunEvent[] = []
  const context: BuildContext = {
    id: 'corpus',
    baseDir: folder.path,
    seed: 1,
    scratchDir: folder.path,
    signal: new AbortController().signal,
    emit: event => events.push(event),
  }
  const kind = registry.get('source', use)
  return { source: kind.build(kind.config.parse(config), context), events }
}

test('a config gives the source', async () => {
  await folder.write('a.txt', 'CHAPTER I\n\none\n\nCHAPTER II\n\ntwo\n')
  await folder.write('a.jsonl', '{"story":{"body":"one"}}\nbad\n')
  const texts = async (use: string, config: object) => (await readAll(built(use, config).source)).map(row => row.text)
  expect(await texts('text', { path: 'a.txt', documents: 'line' })).toHaveLength(4)
  expect(await texts('books', { path: 'a.txt', chapters: true })).toHaveLength(2)
  const config = { path: 'a.jsonl', columns: { text: 'story.body' }, onError: 'skip' }
  const { source, events } = built('jsonl', config)
  expect((await readAll(source)).map(row => [row.text, row.source])).toEqual([['one', 'corpus']])
  expect(events).toMatchObject([{ type: 'warning', stage: 'corpus' }])
})

test('unknown keys, wrong values and missing paths are refused', () => {
  expect(() => built('text', { path: 'a.txt', document: 'line' })).toThrow('document')
  expect(() => built('text', { path: 'a.txt', documents: 'word' })).toThrow('documents')
  expect(() => built('books', {})).toThrow('path')
  expect(() => built('books', { path: [] })).toThrow('path')
  expect(() => built('jsonl', { path: 'a.jsonl', columns: { body: 'text' } })).toThrow('body')
})

test('every kind has a JSON Schema with a description of each key', () => {
  expect(ingestKinds.map(kind => kind.use)).toEqual([
    'arrow',
    'books',
    'csv',
    'files',
    'jsonl',
    'news',
    'parquet',
    'social',
    'text',
    'wiki',
  ])
  for (const { config, use } of ingestKinds) {
    const { properties, required, additionalProperties } = z.toJSONSchema(config, { io: 'input' })
    expect(required, use).toEqual(['path'])
    expect(additionalProperties).toBe(false)
    for (const [key, property] of Object.entries(properties!)) {
      expect((property as { description?: string }).description, `${use}.${key}`).toBeTypeOf('string')
    }
  }
})
