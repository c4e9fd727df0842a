import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkRecipe, loadRecipe } from '@sluice/recipe'
import { afterAll, beforeAll, expect, test } from 'vitest'

const recipe = new URL('../recipes/chinese.json', import.meta.url)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-chinese-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(files: readonly string[], baseDir: string): Promise<{ id: string; text: string }[]> {
  const { default: poems } = await import(new URL('chinese-poetry.js', recipe).href)
  const documents: { id: string; text: string }[] = []
  for await (const document of poems({ files }, { baseDir })) documents.push(document)
  return documents
}

test('recipes/chinese.json is valid, its own source included', async () => {
  const loaded = await loadRecipe(fileURLToPath(recipe))
  expect(checkRecipe(loaded).sources).toMatchObject([{ use: './chinese-poetry.js' }])
})

test('its source reads poems of several shapes from the package, and says how to install it', async () => {
  const songci = join(folder, 'node_modules/chinese-poetry/dist/songci')
  await expect(read(['dist/songci/ci.song.'], folder)).rejects.toThrow(
    'this recipe reads the npm package chinese-poetry: npm install --no-save chinese-poetry@2.0.1',
  )
  await mkdir(songci, { recursive: true })
  await writeFile(join(folder, 'node_modules/chinese-poetry/package.json'), '{ "name": "chinese-poetry" }')
  await writeFile(
    join(songci, 'ci.song.0.json'),
    JSON.stringify([{ rhythmic: '小令', author: '某人', paragraphs: ['山高水长。', '月明人静。'] }]),
  )
  await writeFile(join(songci, 'ci.song.1000.json'), JSON.stringify([{ title: '诗', content: ['一句。'] }]))
  await writeFile(join(songci, 'author.song.json'), JSON.stringify([{ name: '某人' }]))
  expect(await read(['dist/songci/ci.song.'], folder)).toEqual([
    { id: 'dist/songci/ci.song.0.json#0', text: '小令\n某人\n山高水长。\n月明人静。', lang: 'zh' },
    { id: 'dist/songci/ci.song.1000.json#0', text: '诗\n一句。', lang: 'zh' },
  ])
  await expect(read(['dist/songci/none'], folder)).rejects.toThrow(
    'the package chinese-poetry has no files dist/songci/none*.json',
  )
})
