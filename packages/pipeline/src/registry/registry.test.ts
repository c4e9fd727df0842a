import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isModulePath, loadModules } from './modules.ts'
import { nearest } from './nearest.ts'
import { type Kind, Registry } from './registry.ts'
import { useSchema } from './use-schema.ts'

const kind = (use: string, config: Kind['config'] = z.object({})): Kind => ({
  kind: 'source',
  use,
  summary: use,
  config,
  build: given => given,
})

describe('nearest', () => {
  it.each([
    ['layerz', ['layers', 'width'], 'layers'],
    ['Layers', ['layers', 'width'], 'layers'],
    ['wdith', ['layers', 'width'], 'width'],
    ['vocab', ['vocabSize', 'use'], 'vocabSize'],
    ['learning_rate', ['learningRate', 'minLearningRate'], 'learningRate'],
    ['id', ['n', 'x'], undefined],
    ['zebra', ['books', 'jsonl'], undefined],
    ['', ['a', 'books'], undefined],
    ['books', [], undefined],
    ['bok', ['books', 'box'], 'box'],
  ])('%j of %j is %j', (word, candidates, found) => {
    expect(nearest(word, candidates)).toBe(found)
  })
})

describe('Registry', () => {
  it('knows kinds by name, in order', () => {
    const registry = new Registry([kind('books'), kind('text')])
    expect(registry.of('source').map(({ use }) => use)).toEqual(['books', 'text'])
    expect(registry.of('model')).toEqual([])
    expect(registry.get('source', 'text').use).toBe('text')
  })

  it('tells what it does not know, and what is there twice', () => {
    const registry = new Registry([kind('books'), kind('text')])
    expect(() => registry.get('source', 'boks')).toThrow('no source is called "boks"')
    const said = (use: string, place = 'source') => {
      try {
        registry.get(place, use)
      } catch (error) {
        return String(error)
      }
      return ''
    }
    expect(said('boks')).toBe('no source is called "boks"; did you mean "books"?')
    expect(said('zebra')).toBe('no source is called "zebra"; known: books, text')
    expect(said('x', 'model')).toBe('no model is called "x"; known: none')
    expect(() => registry.add(kind('text'))).toThrow('source "text" is registered twice')
  })
})

describe('useSchema', () => {
  it('is strict, whatever the config says', () => {
    const registry = new Registry([kind('books', z.object({ path: z.string() }))])
    const schema = useSchema(registry, 'source')
    expect(schema.parse({ use: 'books', path: 'x' })).toEqual({ use: 'books', path: 'x' })
    expect(schema.safeParse({ use: 'books', path: 'x', pth: 1 }).success).toBe(false)
  })

  it('keeps what a kind checks across its keys, and its own meaning of a shared one', () => {
    const config = z
      .object({ a: z.int(), weight: z.string() })
      .refine(({ a }) => a > 1, { error: 'a must be more than 1' })
    const schema = useSchema(new Registry([kind('x', config)]), 'source', {
      weight: z.number(),
      id: z.string().optional(),
    })
    expect(schema.parse({ use: 'x', a: 2, weight: 'w', id: 'i' })).toEqual({ use: 'x', a: 2, weight: 'w', id: 'i' })
    expect(schema.safeParse({ use: 'x', a: 1, weight: 'w' }).error!.issues[0]!.message).toBe('a must be more than 1')
  })

  it('tells a place without kinds, and a config that is no object', () => {
    const empty = useSchema(new Registry(), 'tokenizer')
    expect(empty.safeParse({ use: 'x' }).error!.issues[0]!.message).toBe('no tokenizer is known: none is registered')
    expect(() => useSchema(new Registry([kind('s', z.string())]), 'source')).toThrow(
      'the config of source "s" must be a zod object, for "use" stands beside it',
    )
  })
})

describe('loadModules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-modules-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const source = (use: string) =>
    `{ kind: 'source', use: '${use}', summary: 's', config: { safeParse() {} }, build() {} }`
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const load = async (...names: string[]) => {
    const registry = new Registry()
    await loadModules(names, folder, registry)
    return registry.of('source').map(({ use }) => use)
  }

  it('takes files, relative to the config, and packages', async () => {
    write('one.mjs', `export default ${source('one')}`)
    write('sub/two.mjs', `export default [${source('two')}, ${source('three')}]`)
    write('named.mjs', `export const kinds = [${source('named')}]`)
    write('old.cjs', `module.exports = ${source('old')}`)
    write('node_modules/plain/package.json', '{ "name": "plain", "main": "main.js" }')
    write('node_modules/plain/main.js', `module.exports = [${source('plain')}]`)
    expect(await load('./one.mjs', 'sub/two.mjs', './named.mjs', 'old.cjs', 'plain')).toEqual([
      'one',
      'two',
      'three',
      'named',
      'old',
      'plain',
    ])
    expect(await load(join(folder, 'one.mjs'))).toEqual(['one'])
  })

  it('tells what is wrong with a module', async () => {
    write('bad.mjs', 'export default 7')
    write('broken.mjs', 'throw new Error("no disk")')
    await expect(load('./bad.mjs')).rejects.toThrow('must export a kind, or a list of kinds, as "kinds" or by default')
    await expect(load('./broken.mjs')).rejects.toThrow('the module "./broken.mjs" cannot be run: no disk')
    await expect(load('./nowhere.mjs')).rejects.toMatchObject({
      name: 'ConfigError',
      exitCode: 2,
      advice: `looked for it in ${folder}`,
    })
    await expect(load('no-such-package-here')).rejects.toMatchObject({
      advice: 'install it: npm install no-such-package-here',
    })
  })

  it('tells paths from packages', () => {
    expect(['./a', '../a.js', 'a.mjs', 'x/y.cjs', '/a'].map(isModulePath)).toEqual([true, true, true, true, true])
    expect(['a', '@s/a', 'a/b'].map(isModulePath)).toEqual([false, false, false])
  })
})
