import { type Documents, documentsBatch } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DocumentsBuilder } from '../build/documents-builder.ts'
import { rowsOf } from '../testing/documents.ts'
import type { ColumnMapping } from './columns.ts'
import { lineReader } from './documents.ts'
import { fastLines } from './fast-lines.ts'

const rows = (batch: RecordBatch<Documents>) => rowsOf({ batch, cursor: {}, seq: 0 })

/** The row of a line, or `unsure`. */
function fast(line: string, columns: ColumnMapping = {}) {
  const bytes = Buffer.from(`x${line}y`)
  const into = new DocumentsBuilder()
  const lines = fastLines({ columns, source: 's', maxDocumentBytes: 1000 })!
  lines.begin(bytes)
  const outcome = lines.append(1, bytes.length - 1, into, () => 'default')
  expect(into.rows).toBe(outcome ? 1 : 0)
  return outcome ? rows(into.take()) : 'unsure'
}

function slow(line: string, columns: ColumnMapping = {}) {
  try {
    const made = lineReader({ columns, maxDocumentBytes: 1000 })(Buffer.from(line).toString(), 's', 'default')
    return made.length === 0 ? 'empty' : rows(documentsBatch(made))
  } catch {
    return 'unsure'
  }
}

const key = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('text', 'content', 'Text', 'id', 'url', 'date', 'lang', 'score', 'body', 'ключ'),
  },
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '2020-01-02',
    '2020-01-02T03:04:05Z',
    1577836800,
    7,
    -0,
    1e30,
    'en',
    '\ud83d',
    '\ud83d\ude00',
    null,
    true,
  ),
  fc.jsonValue(),
)
/** Escapes that JSON.stringify would not write. */
const escaped = (json: string): string => json.replace(/[a-e/]/g, c => `\\u00${c.charCodeAt(0).toString(16)}`)

test('gives what JSON.parse gives, or leaves the line alone', () => {
  let sure = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, value), { maxLength: 6 }),
      fc.constantFrom('', ' ', '\t\r'),
      fc.boolean(),
      fc.option(fc.tuple(fc.nat(200), fc.constantFrom('"', '\\', '{', '}', ',', ':', '0', '\u0001', 'u')), { freq: 1 }),
      fc.constantFrom({}, { text: 'story' }, { text: 'score', id: 'ключ' }),
      (members, space, written, change, columns) => {
        const parts = members.map(([name, held]) => {
          const json = JSON.stringify(held) ?? 'null'
          return `${JSON.stringify(name)}${space}:${space}${written && typeof held === 'string' ? escaped(json) : json}`
        })
        let line = `${space}{${space}${parts.join(`${space},`)}${space}}${space}`
        if (change) {
          const at = change[0] % line.length
          line = line.slice(0, at) + change[1] + line.slice(at + 1)
        }
        if (line.includes('\n')) return
        const found = fast(line, columns)
        if (found === 'unsure') return
        sure++
        expect(found).toEqual(slow(line, columns))
      },
    ),
    { numRuns: 3000 },
  )
  expect(sure).toBeGreaterThan(100)
})

test('ordinary lines are read, unusual ones are left alone', () => {
  expect(fast('{"id":3,"text":"a\\n\\u00e9\\ud83d\\ude00\\ud800","n":[1,{"a":"}"}]}')).toMatchObject([
    { id: '3', text: 'a\né😀\ufffd', metadata: { n: [1, { a: '}' }] } },
  ])
  const left = [
    '',
    '[]',
    '{"text":""}',
    '{"text":null}',
    '{}',
    '{"text":["a"]}',
    '{"text":"a","text":"b"}',
    '{"te\\u0078t":"a"}',
    '{"text":"a"} x',
  ]
  left.push(
    '{"text":"\u0001"}',
    '{"text":"\\x"}',
    '{"text":"a","n":01}',
    '{"text":"a","n":[}',
    '{"text":"a"',
    '{"text":"a\\"}',
  )
  for (const line of left) expect(fast(line), line).toBe('unsure')
  expect(fast(`{"text":"${'x'.repeat(1001)}"}`)).toBe('unsure')
  expect(fastLines({ columns: { text: 'a.b' }, source: 's', maxDocumentBytes: 10 })).toBeUndefined()
})
