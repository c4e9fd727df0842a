import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Registry } from '../registry/registry.ts'
import { useSchema } from '../registry/use-schema.ts'
import { byteSize } from './bytes.ts'
import { checkConfig } from './check.ts'
import { toJsonSchema } from './json-schema.ts'
import { loadConfig, parseConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const registry = new Registry([
  {
    kind: 'source',
    use: 'books',
    summary: 'Books',
    config: z.object({ path: z.string(), chapters: z.boolean().default(false) }),
    build: c => c,
  },
  {
    kind: 'source',
    use: 'jsonl',
    summary: 'JSON lines',
    config: z.object({ path: z.string(), columns: z.record(z.string(), z.string()).optional() }),
    build: c => c,
  },
])
const schema = z.strictObject({
  name: z.string(),
  memory: byteSize().prefault('1GB'),
  sources: z.array(useSchema(registry, 'source', { weight: z.number().positive().default(1) })).min(1),
  model: z.strictObject({ layers: z.int().min(1), width: z.int() }).optional(),
  precision: z.enum(['f32', 'bf16']).default('f32'),
})
const good = '"name": "x", "sources": [{ "use": "books", "path": "a" }]'

function fault(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', exitCode: 2 })
    return `${error}`
  }
  return expect.fail('nothing was thrown')
}
const check = (text: string) => fault(() => checkConfig(schema, parseConfig(text, 'c.json')))

describe('loadConfig', () => {
  it('reads comments, trailing commas and a byte order mark', async () => {
    const path = join(folder, 'a.json')
    writeFileSync(path, '\uFEFF{ // a comment\n  "a": [1, 2, /* two */ ],\n}\n')
    const loaded = await loadConfig(path)
    expect(loaded.value).toEqual({ a: [1, 2] })
    expect(loaded.baseDir).toBe(folder)
    expect(loaded.place(['a', 1])).toBe('2:12')
    expect(loaded.place(['a', 7, 'b'])).toBe('2:8')
    expect(loaded.keyPlace(['a'])).toBe('2:3')
    expect(loaded.place(['nothing'])).toBe('1:1')
  })

  it.each([
    ['{ "a": 1,\n  "b" 2 }', 'c.json: 2:7: is not JSON: colon expected'],
    ['{ "a": }', 'c.json: 1:8: is not JSON: value expected'],
    ['{\r\n"a": [1\r\n', 'c.json: 3:1: is not JSON: close bracket expected'],
    ['{ "a": tru }', 'c.json: 1:8: is not JSON: invalid symbol'],
    ['', 'c.json: 1:1: is not JSON: value expected'],
    ['{ "a": 1, "b": { "c": 1,\n "c": 2 } }', 'c.json: 2:2: the key "c" stands here twice'],
  ])('tells line and column of %j', (text, message) => {
    expect(fault(() => parseConfig(text, 'c.json'))).toBe(message)
  })

  it('tells a file that cannot be read', async () => {
    const missing = join(folder, 'missing.json')
    await expect(loadConfig(missing).catch(String)).resolves.toBe(`${missing}: there is no such file`)
    await expect(loadConfig(folder).catch(String)).resolves.toBe(`${folder}: is a folder, not a config file`)
  })

  it('takes __proto__ for a key', () => {
    const { value } = parseConfig('{ "__proto__": { "polluted": 1 } }', 'c.json')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('checkConfig', () => {
  it('fills in defaults and lets $schema pass', () => {
    const config = checkConfig(schema, parseConfig(`{ "$schema": "./schema.json", ${good} }`, 'c.json'))
    expect(config).toEqual({
      name: 'x',
      memory: 1e9,
      sources: [{ use: 'books', path: 'a', chapters: false, weight: 1 }],
      precision: 'f32',
    })
  })

  it('takes values that stand in no file', () => {
    expect(fault(() => checkConfig(schema, { name: 1, sources: [{ use: 'books', path: 'a' }] }))).toBe(
      'name: expected string, found 1',
    )
  })

  it('a value of several forms that is missing', () => {
    const paths = z.object({ path: z.union([z.string(), z.array(z.string())]) })
    expect(fault(() => checkConfig(paths, {}))).toBe('path: is missing')
  })

  it.each([
    [
      `{ ${good},\n  "model": { "layerz": 1, "layers": 2, "width": 3 } }`,
      'c.json: 2:14: model.layerz: is no key that is known here; did you mean "layers"?',
    ],
    [
      `{ ${good},\n  "model": { "layerz": 1, "width": 3 } }`,
      'c.json: 2:14: model.layerz: is no key that is known here; did you mean "layers"?',
    ],
    [
      `{ ${good}, "speed": 3 }`,
      'c.json: 1:62: speed: is no key that is known here; known: name, memory, sources, model, precision',
    ],
    [
      '{ "name": "x", "sources": [{ "use": "book", "path": "a" }] }',
      'c.json: 1:37: sources[0].use: is none of those known: found "book"; did you mean "books"?',
    ],
    [
      '{ "name": "x", "sources": [{ "use": "zebra", "path": "a" }] }',
      'c.json: 1:37: sources[0].use: is none of those known: found "zebra"; known: books, jsonl',
    ],
    ['{ "name": "x", "sources": [{ "path": "a" }] }', 'c.json: 1:28: sources[0].use: is missing; known: books, jsonl'],
    [
      '{ "name": "x", "sources": [{ "use": "books", "path": "a", "columns": {} }] }',
      'c.json: 1:59: sources[0].columns: is no key that is known here; known: path, chapters, weight, use',
    ],
    [
      '{ "name": "x", "sources": [{ "use": "jsonl", "path": "a", "colums": {} }] }',
      'c.json: 1:59: sources[0].colums: is no key that is known here; did you mean "columns"?',
    ],
    ['{ "name": "x", "sources": [] }', 'c.json: 1:27: sources: expected array to have >=1 items, found a list'],
    ['{ "sources": [{ "use": "books", "path": "a" }] }', 'c.json: 1:1: name: is missing: expected string'],
    [
      `{ ${good}, "memory": "lots" }`,
      'c.json: 1:72: memory: expected a size in bytes, such as "64MB", "1GiB" or 1048576, found "lots"',
    ],
    [
      `{ ${good}, "precision": "bf61" }`,
      'c.json: 1:75: precision: expected "f32" or "bf16", found "bf61"; did you mean "bf16"?',
    ],
    [
      `{ ${good}, "model": { "layers": 0, "width": 3 } }`,
      'c.json: 1:83: model.layers: expected number to be >=1, found 0',
    ],
    [`{ ${good}, "model": { "layers": 1.5, "width": 3 } }`, 'c.json: 1:83: model.layers: expected int, found 1.5'],
    ['[1]', 'c.json: 1:1: the config: expected object, found a list'],
  ])('explains %s', (text, message) => {
    expect(check(text)).toBe(message)
  })

  it('tells every problem, one a line', () => {
    expect(check('{ "name": 1,\n  "sources": [{ "use": "book" }],\n  "moddel": {} }')).toBe(
      [
        'c.json: 3 problems',
        '  1:11: name: expected string, found 1',
        '  2:24: sources[0].use: is none of those known: found "book"; did you mean "books"?',
        '  3:3: moddel: is no key that is known here; did you mean "model"?',
      ].join('\n'),
    )
  })

  it('finds keys through optional, records, tuples, lazies, intersections and unions', () => {
    const inner = z.strictObject({ colour: z.string().optional() })
    const deep = z.strictObject({
      record: z.record(z.string(), inner).optional(),
      tuple: z.tuple([inner]).optional(),
      lazy: z
        .lazy(() => inner)
        .nullable()
        .optional(),
      union: z.union([z.string(), inner]).optional(),
      list: z.union([z.string(), z.array(inner)]).optional(),
      both: z.intersection(z.object({ a: z.int() }), z.strictObject({ a: z.int(), colour: z.int() })).optional(),
    })
    const bad = { color: 'red' }
    for (const value of [{ record: { x: bad } }, { tuple: [bad] }, { lazy: bad }, { union: bad }, { list: [bad] }]) {
      expect(fault(() => checkConfig(deep, value))).toMatch(
        /\.?color: is no key that is known here; did you mean "colour"\?$/,
      )
    }
  })
})

describe('toJsonSchema', () => {
  it('says what a person may write', () => {
    const made = toJsonSchema(schema, 'Recipe') as any
    expect(made.title).toBe('Recipe')
    expect(made.additionalProperties).toBe(false)
    expect(made.properties.$schema).toEqual({ type: 'string' })
    expect(made.required).toEqual(['name', 'sources'])
    expect(made.properties.memory.anyOf.map((one: any) => one.type)).toEqual(['integer', 'string'])
    const [books] = made.properties.sources.items.oneOf ?? made.properties.sources.items.anyOf
    expect(books).toMatchObject({
      description: 'Books',
      required: ['path', 'use'],
      properties: { use: { const: 'books' }, weight: { default: 1 }, chapters: { default: false } },
      additionalProperties: false,
    })
  })
})
