import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../contract/frame.ts'
import { Registry } from '../registry/registry.ts'
import { useSchema } from '../registry/use-schema.ts'
import { readFrames, rowsOf } from '../testing/documents.ts'
import { documentsSource } from './documents-source.ts'
import { loadSourceModules, sourceName } from './load.ts'
import type { GivenDocument } from './value.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const said = async (work: Promise<unknown>): Promise<string> => work.then(() => '', String)
const source = (read: (from: Json | undefined) => unknown) =>
  documentsSource({ id: 'mine', file: './mine.js', read: ({ from }) => read(from) as GivenDocument[] })

describe('documentsSource', () => {
  it('goes on exactly, by reading again or from the positions that documents carry', async () => {
    const documents = fc.array(fc.record({ size: fc.integer({ min: 0, max: 200_000 }), positioned: fc.boolean() }), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(documents, async list => {
        const starts: unknown[] = []
        const own = source(async function* (from) {
          starts.push(from)
          for (let i = from === undefined ? 0 : Number(from); i < list.length; i++) {
            const { size, positioned } = list[i]!
            yield { id: `d${i}`, text: 'x'.repeat(size), ...(positioned ? { position: i + 1 } : {}) }
          }
        })
        const all = await readFrames(own)
        expect(rowsOf(all).map(({ name, bytes }) => [name, bytes])).toEqual(
          list.map(({ size }, i) => [`d${i}/0`, size]),
        )
        for (const [i, frame] of all.entries()) {
          const position = JSON.parse(JSON.stringify(frame.cursor.mine))
          const rest = await readFrames(own, position)
          expect(rowsOf(rest)).toEqual(rowsOf(all.slice(i + 1)))
          expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(i + 1).map(({ cursor }) => cursor))
          const given = list.slice(0, position.count).findLastIndex(({ positioned }) => positioned)
          expect(starts.at(-1)).toBe(given < 0 ? undefined : given + 1)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('takes arrays and generators, and numbers documents without an id', async () => {
    const names = async (given: unknown) => rowsOf(await readFrames(source(() => given))).map(({ name }) => name)
    expect(await names([{ text: 'a' }, { text: 'b', id: 'two' }, { text: 'c' }])).toEqual(['0/0', 'two/0', '2/0'])
    expect(await names(Promise.resolve([{ text: 'a' }]))).toEqual(['0/0'])
    expect(await names([])).toEqual([])
  })

  it('keeps what else a document says', async () => {
    const given = { text: 'a', url: 'u', created: new Date(5), lang: 'en', metadata: { n: 1 } }
    const [frame] = await readFrames(source(() => [given]))
    const { id, source: from, url, created, lang, metadata, part, last } = frame!.batch.get(0)!.toJSON()
    expect({ id, from, url, created, lang, metadata, part, last }).toEqual({
      id: '0',
      from: 'mine',
      url: 'u',
      created: 5,
      lang: 'en',
      metadata: '{"n":1}',
      part: 0,
      last: true,
    })
  })

  it('sends long texts in parts, whole characters each', async () => {
    const text = `a${'😀'.repeat(2_000_000)}`
    const frames = await readFrames(source(() => [{ text }]))
    const rows = frames.flatMap(({ batch }) => Array.from({ length: batch.numRows }, (_, i) => batch.get(i)!.toJSON()))
    expect(rows.map(({ part, last }) => [part, last])).toEqual([
      [0, false],
      [1, true],
    ])
    expect(rows.map(row => row.text).join('') === text).toBe(true)
  })

  it.each([
    [42, 'expected an object with a text, found 42; yield { text, id?, url?, created?, lang?, metadata?, position? }'],
    [
      null,
      'expected an object with a text, found null; yield { text, id?, url?, created?, lang?, metadata?, position? }',
    ],
    [
      {},
      'expected "text" to be a string, found nothing; yield { text, id?, url?, created?, lang?, metadata?, position? }',
    ],
    [
      { text: 'a', id: 7 },
      'expected "id" to be a string, found 7; yield { text, id?, url?, created?, lang?, metadata?, position? }',
    ],
    [
      { text: 'a', created: 'today' },
      'expected "created" to be a date or milliseconds, found "today"; yield { text, id?, url?, created?, lang?, metadata?, position? }',
    ],
    [
      { text: 'a', metadata: [] },
      'expected "metadata" to be an object, found []; yield { text, id?, url?, created?, lang?, metadata?, position? }',
    ],
    [{ text: 'a', title: 'b' }, 'has "title", which no document has; put it into "metadata"'],
  ])('refuses %j, by its number', async (value, message) => {
    const bad = source(() => [{ text: 'fine' }, value])
    expect(await said(readFrames(bad))).toBe(`mine: ./mine.js: document 1: ${message}`)
  })

  it('refuses what gives no documents at all', async () => {
    expect(await said(readFrames(source(() => 3)))).toBe(
      'mine: ./mine.js: expected the function to give an iterable or async iterable of documents; write it as async function* and yield documents',
    )
  })
})

describe('loadSourceModules', () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const load = async (name: string) => {
    const registry = new Registry()
    await loadSourceModules([name, 'books', name], folder, registry)
    return registry
  }

  it('makes a kind of source of a module, which gets its section and the context', async () => {
    write(
      'mine.mjs',
      'export default async function* ({ words, use, weight }, { id, seed, baseDir, from, signal }) { for (const word of words) yield { text: JSON.stringify([word, use, weight, id, seed, baseDir.length > 0, from, signal.aborted]) } }',
    )
    const registry = await load('./mine.mjs')
    const section = { use: './mine.mjs', words: ['one', 'two'], weight: 2 }
    expect(useSchema(registry, 'source').parse(section)).toEqual(section)
    const [kind] = registry.of('source')
    const built = kind!.build({ words: ['one'] }, { id: 'm', seed: 3, baseDir: folder })
    const [frame] = await readFrames(built)
    expect(frame!.batch.get(0)!.text).toBe('["one",null,null,"m",3,true,null,false]')
    expect([sourceName('./a/mine.mjs'), sourceName('books')]).toEqual(['mine', 'books'])
  })

  it('says what is wrong with a module', async () => {
    write('none.mjs', 'export const kinds = []')
    write('list.mjs', 'export default []')
    write('throws.mjs', 'throw new Error("not today")')
    const advice = 'write: export default async function* (config, context) { yield { text } }'
    expect(await said(load('./none.mjs'))).toBe(`./none.mjs: has no default export; ${advice}`)
    expect(await said(load('./list.mjs'))).toBe(`./list.mjs: exports a list by default, not a function; ${advice}`)
    expect(await said(load('./throws.mjs'))).toBe('the module "./throws.mjs" cannot be run: not today')
    expect(await said(load('./missing.mjs'))).toMatch(
      /^the module "\.\/missing\.mjs" cannot be found: .*; looked for it in /,
    )
  })
})
