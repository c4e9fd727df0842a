import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, StorageError } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { resolvePath } from './resolve.ts'

const folder = await testFolder()
const baseDir = folder.path
for (const name of [
  'b.txt',
  'a.TXT',
  'Z.txt.gz',
  'notes.md',
  '.hidden.txt',
  'deep/er/c.txt',
  'deep/d.txt',
  'odd [1].txt',
]) {
  await folder.write(`corpus/${name}`, name)
}
await mkdir(join(baseDir, 'empty'))
await folder.write('only-json/x.json', '{}')
await folder.write('node_modules/open-package/package.json', '{"name":"open-package"}')
await folder.write('node_modules/open-package/data/1.txt', '1')
await folder.write('node_modules/open-package/data/2.txt', '2')
await folder.write('node_modules/@scope/shut/package.json', '{"name":"@scope/shut","exports":{".":"./index.js"}}')
await folder.write('node_modules/@scope/shut/data.txt', 'shut')
await mkdir(join(baseDir, 'configs/inner'), { recursive: true })

const names = async (path: string | string[], extensions = ['.txt'], base = baseDir) =>
  (await resolvePath({ path, baseDir: base, extensions })).map(file => file.name)
const fault = (path: string | string[], base = baseDir) => names(path, ['.txt'], base).catch(error => error)

describe('what a path means', () => {
  test('a file', async () => {
    expect(await resolvePath({ path: 'corpus/b.txt', baseDir, extensions: [] })).toEqual([
      { name: 'corpus/b.txt', path: resolve(baseDir, 'corpus/b.txt') },
    ])
    expect(await names('./corpus/../corpus/notes.md')).toEqual(['corpus/notes.md'])
    expect(await names('corpus/odd [1].txt')).toEqual(['corpus/odd [1].txt'])
    expect(await names('../../corpus/b.txt', [], join(baseDir, 'configs/inner'))).toEqual(['../../corpus/b.txt'])
    expect(await names(join(baseDir, 'corpus/b.txt'))).toEqual([join(baseDir, 'corpus/b.txt').replaceAll('\\', '/')])
  })

  test('a directory: its files with the right ending, at any depth, sorted by code unit', async () => {
    expect(await names('corpus')).toEqual([
      'corpus/Z.txt.gz',
      'corpus/a.TXT',
      'corpus/b.txt',
      'corpus/deep/d.txt',
      'corpus/deep/er/c.txt',
      'corpus/odd [1].txt',
    ])
    expect(await names('corpus/', ['.md'])).toEqual(['corpus/notes.md'])
  })

  test('a glob: what it matches, whatever the ending', async () => {
    expect(await names('corpus/*.{txt,md}')).toEqual(['corpus/b.txt', 'corpus/notes.md', 'corpus/odd [1].txt'])
    expect(await names('corpus/**/[cd].txt')).toEqual(['corpus/deep/d.txt', 'corpus/deep/er/c.txt'])
    expect(await names('../../corpus/deep/*', [], join(baseDir, 'configs/inner'))).toEqual(['../../corpus/deep/d.txt'])
    const absolute = `${baseDir.replaceAll('\\', '/')}/corpus/*.md`
    expect(await names(absolute)).toEqual([absolute.replace('*', 'notes')])
  })

  test('a list: in its order, each file once', async () => {
    expect(await names(['corpus/deep/d.txt', 'corpus/deep', 'corpus/b.txt'])).toEqual([
      'corpus/deep/d.txt',
      'corpus/deep/er/c.txt',
      'corpus/b.txt',
    ])
  })

  test('npm: a file, directory or glob in an installed package, whose package.json may be hidden', async () => {
    const inner = join(baseDir, 'configs/inner')
    expect(await names('npm:open-package/data/1.txt', [], inner)).toEqual(['npm:open-package/data/1.txt'])
    expect(await names('npm:open-package/data', ['.txt'], inner)).toEqual([
      'npm:open-package/data/1.txt',
      'npm:open-package/data/2.txt',
    ])
    expect(await names('npm:open-package/data/*.txt', [], inner)).toHaveLength(2)
    expect(await names('npm:@scope/shut/data.txt', [], inner)).toEqual(['npm:@scope/shut/data.txt'])
    // From a folder that has nothing installed, the working directory's packages.
    expect(await names('npm:apache-arrow/package.json', [], '/')).toEqual(['npm:apache-arrow/package.json'])
  })
})

describe('what it cannot mean', () => {
  test('nothing there', async () => {
    const error = await fault('corpus/bb.txt')
    expect(error).toBeInstanceOf(StorageError)
    expect(String(error)).toBe(
      `corpus/bb.txt: ${resolve(baseDir, 'corpus/bb.txt')}: there is no such file or directory; did you mean "b.txt"?`,
    )
    expect(String(await fault('nowhere/near/it.txt'))).toBe(
      `nowhere/near/it.txt: ${resolve(baseDir, 'nowhere/near/it.txt')}: there is no such file or directory; ` +
        'relative paths start at the folder of the config',
    )
    expect(await fault('corpus/b.txt/c.txt')).toBeInstanceOf(StorageError)
    expect(await fault('npm:open-package/none.txt')).toBeInstanceOf(StorageError)
  })

  test('a glob that matches nothing', async () => {
    const error = await fault('corpus/*.epub')
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toBe(
      `corpus/*.epub: ${resolve(baseDir)}: no file matches this glob; ` +
        'check the spelling; relative globs start at the folder of the config, and ** goes into folders',
    )
  })

  test('a directory with nothing to read', async () => {
    expect(String(await fault('empty'))).toBe(
      `empty: ${resolve(baseDir, 'empty')}: this directory is empty; put the corpus there`,
    )
    expect(String(await fault('only-json/'))).toBe(
      `only-json/: ${resolve(baseDir, 'only-json')}: no file in this directory ends in .txt; ` +
        'name the files by a glob, "only-json/*.xyz" for instance',
    )
  })

  test('an empty list', async () => {
    expect(String(await fault([]))).toBe('"path" is an empty list; name a file, a directory or a glob')
  })

  test('a package that is not installed, or a path out of it', async () => {
    const error = await fault('npm:@none/such/x.txt')
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toBe(
      `npm:@none/such/x.txt: ${resolve(baseDir)} and ${process.cwd()}: the npm package "@none/such" is not installed; ` +
        'run: npm install @none/such',
    )
    expect(String(await fault('npm:open-package/../../corpus/b.txt'))).toBe(
      `npm:open-package/../../corpus/b.txt: ${resolve(baseDir, 'node_modules/open-package')}: this path leaves the package; ` +
        'name a file inside it',
    )
    expect(String(await fault('npm:'))).toBe('npm:: this is no path into an npm package; write npm:<package>/<file>')
  })
})
