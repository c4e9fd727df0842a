import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { documentsSource, type FileState } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { checkCorpusFiles, keepCorpusFiles } from './corpus-files.ts'
import { scratch } from './testing/tiny.ts'

type States = Record<string, FileState>

const reading = (files: States) => ({ ...documentsSource({ id: 'text', read: () => [] }), files: async () => files })
const state = (bytes: number, modified = 5): FileState => ({ bytes, modified })
const began: States = { 'a.txt': state(3), 'b.txt': state(4) }

async function words(now: States, before = began): Promise<string[]> {
  const path = join(await scratch(), 'corpus.json')
  await keepCorpusFiles(reading(before), path)
  return checkCorpusFiles(reading(now), path)
}

test('files that are as they were need no word', async () => {
  expect(await words(began)).toEqual([])
  expect(await checkCorpusFiles(reading(began), join(await scratch(), 'corpus.json'))).toEqual([])
})

test('one that is gone or has another size is refused, the first three by name', async () => {
  await expect(words({ 'a.txt': state(2) })).rejects.toThrow(
    'the text is not what it was: a.txt had 3 bytes when the run began, and has 2 now; b.txt is gone',
  )
  const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [name, state(1)]))
  await expect(words({}, many)).rejects.toThrow('a is gone; b is gone; c is gone; and 2 more')
})

test('one of another date, and one that has come, are told', async () => {
  expect(await words({ 'a.txt': state(3, 6), 'b.txt': state(4), 'c.txt': state(1) })).toEqual([
    'as many bytes as when the run began, and another date: a.txt; if the text is another, the run goes on with that',
    'c.txt came since the run began',
  ])
})

test('of a run of an earlier version the sizes are known', async () => {
  const path = join(await scratch(), 'corpus.json')
  await writeFile(path, '{ "a.txt": 3 }')
  expect(await checkCorpusFiles(reading({ 'a.txt': state(3) }), path)).toEqual([])
  await expect(checkCorpusFiles(reading({ 'a.txt': state(2) }), path)).rejects.toThrow('a.txt had 3 bytes')
})
