import { documentsBatch } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowsOf } from '../testing/documents.ts'
import { lineReader } from './documents.ts'
import { fastLines } from './fast-lines.ts'
import { longLine } from './long-lines.ts'

const breathe = () => undefined
const options = { columns: {}, source: 's', id: 'default', breathe }

/** The rows of a line, or undefined. */
async function long(line: string, maxDocumentBytes: number) {
  const bytes = Buffer.from(`x${line}y`)
  const fast = fastLines({ columns: {}, source: 's', maxDocumentBytes })!
  fast.begin(bytes)
  const rows = await longLine(fast, { bytes, from: 1, to: bytes.length - 1 }, { ...options, maxDocumentBytes })
  return rows && rowsOf({ batch: documentsBatch([...rows]), cursor: {}, seq: 0 })
}

test('gives the rows that JSON.parse gives, where the text is over the limit', async () => {
  let sure = 0
  const unit = fc.constantFrom('a', ' ', '\n', '\r', '\r\n', '"', '\\', 'é', '一', '🐋', '\ud83d', '\u0001')
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit, minLength: 10, maxLength: 60 }),
      fc.dictionary(fc.constantFrom('id', 'title', 'x'), fc.jsonValue(), { maxKeys: 3 }),
      fc.boolean(),
      fc.integer({ min: 8, max: 40 }),
      async (text, others, escaped, limit) => {
        const written = JSON.stringify(text)
        const value = escaped ? written.replace(/[a ]/g, c => `\\u00${c.charCodeAt(0).toString(16)}`) : written
        const more = Object.entries(others).map(([name, held]) => `,"${name}":${JSON.stringify(held)}`)
        const line = `{"text":${value}${more.join('')}}`
        const rows = lineReader({ maxDocumentBytes: limit })(Buffer.from(line).toString(), 's', 'default')
        const expected = rowsOf({ batch: documentsBatch(rows), cursor: {}, seq: 0 })
        const found = await long(line, limit)
        // An id that is a number of many digits is for JSON.parse.
        if (found === undefined) return
        sure++
        expect(found).toEqual(expected)
        expect(found.length).toBeGreaterThan(1)
      },
    ),
    { numRuns: 1000 },
  )
  expect(sure).toBeGreaterThan(100)
})

test('leaves to others what is not valid, not long or not text', async () => {
  const text = 'x'.repeat(100)
  for (const line of [
    `{"text":"${text}\u0001"}`,
    `{"text":"${text}\\x"}`,
    `{"text":"${text}","n":"\u0001"}`,
    `{"text":"${text}","n":[}`,
    `{"text":["${text}"]}`,
    `{"title":"${text}"}`,
    `{"text":"a","title":"${text}"}`,
    text,
  ]) {
    expect(await long(line, 50), line).toBeUndefined()
  }
  expect(await long(`{"text":"${text}"}`, 100)).toBeUndefined()
  expect(await long(`{"text":"${text}"}`, 99)).toHaveLength(2)
})

test('others have their turn between its stretches', async () => {
  const bytes = Buffer.from(`{"text":"${'x'.repeat(3_500_000)}"}`)
  const fast = fastLines({ columns: {}, source: 's', maxDocumentBytes: 1000 })!
  fast.begin(bytes)
  let breaths = 0
  const counted = async (): Promise<void> => void breaths++
  await longLine(fast, { bytes, from: 0, to: bytes.length }, { ...options, breathe: counted, maxDocumentBytes: 1000 })
  expect(breaths).toBe(4)
})
