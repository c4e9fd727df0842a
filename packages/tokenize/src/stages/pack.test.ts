import { blocksSchema, type DocumentRow, tokensSchema } from '@sluice/pipeline'
import { Schema } from 'apache-arrow'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { collect, documentsSource, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainWords } from '../training/level.ts'
import { pack } from './pack.ts'
import { tokenize } from './tokenize.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea and the ship, the whale'], { vocabSize: 275 })
})

interface Row {
  ids: number[]
  segments: number[]
  positions: number[]
  spans: { doc_id: string; source: string; start: number; length: number; bytes: number }[]
}

async function packed(
  documents: readonly DocumentRow[][],
  blockSize: number,
  given: { tokenizer?: Tokenizer } = { tokenizer },
) {
  const stages = [tokenize({ tokenizer }), pack({ blockSize, endOfText: tokenizer.endOfText, ...given })]
  const { frames, events } = await collect({ source: documentsSource(documents), stages })
  return { rows: frames.flatMap(frame => rowsOf(frame) as Row[]), frames, events }
}

const document = (id: string, text: string, more: Partial<DocumentRow> = {}) => ({ id, text, source: 's', ...more })

describe('pack', () => {
  test('documents end to end, in rows that overlap by one token', async () => {
    const { rows } = await packed([[document('a', 'xyz'), document('b', 'uv')], [document('c', 'mnop')]], 4)
    const [x, y, z, u, v, m, n] = tokenizer.encode('xyzuvmn')
    expect(rows.map(row => row.ids)).toEqual([
      [x, y, z, 0, u],
      [u, v, 0, m, n],
    ])
    expect(rows.map(row => row.segments)).toEqual([
      [0, 0, 0, 0, 1],
      [0, 0, 0, 1, 1],
    ])
    expect(rows.map(row => row.positions)).toEqual([
      [0, 1, 2, 3, 0],
      [0, 1, 2, 0, 1],
    ])
    expect(rows.map(row => row.spans)).toEqual([
      [
        { doc_id: 'a', source: 's', start: 0, length: 4, bytes: 3 },
        { doc_id: 'b', source: 's', start: 4, length: 1, bytes: 1 },
      ],
      [
        { doc_id: 'b', source: 's', start: 0, length: 3, bytes: 1 },
        { doc_id: 'c', source: 's', start: 3, length: 2, bytes: 2 },
      ],
    ])
  })

  test('a document in parts is one stretch with one end', async () => {
    const parts = [document('a', 'xy', { last: false }), document('a', 'z', { part: 1, last: true })]
    const { rows } = await packed([[parts[0]!], [parts[1]!]], 3)
    expect(rows).toEqual([
      {
        ids: [...tokenizer.encode('xyz'), 0],
        segments: [0, 0, 0, 0],
        positions: [0, 1, 2, 3],
        spans: [{ doc_id: 'a', source: 's', start: 0, length: 4, bytes: 3 }],
      },
    ])
  })

  test('an empty document leaves nothing; an empty last part ends its document', async () => {
    const last = [document('a', 'xy', { last: false }), document('a', '', { part: 1, last: true })]
    const { rows } = await packed([[document('empty', ''), ...last, document('b', 'z')]], 3)
    expect(rows.map(row => row.ids)).toEqual([[...tokenizer.encode('xy'), 0, ...tokenizer.encode('z')]])
    expect(rows[0]!.spans.map(span => span.doc_id)).toEqual(['a', 'b'])
  })

  const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constant('the whale and the sea, the ship'))

  test('spans say whose tokens they are, and their bytes sum to the bytes of the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(text, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async (texts, blockSize) => {
          const documents = texts.map((frame, i) => frame.map((value, j) => document(`${i}.${j}`, value)))
          const stream = documents.flat().flatMap(row => (row.text === '' ? [] : [...tokenizer.encode(row.text), 0]))
          fc.pre(stream.length > blockSize)
          for (const given of [{ tokenizer }, {}]) {
            const { rows, events } = await packed(documents, blockSize, given)
            const blocks = Math.floor((stream.length - 1) / blockSize)
            expect(rows.map(row => row.ids)).toEqual(
              Array.from({ length: blocks }, (_, i) => stream.slice(i * blockSize, (i + 1) * blockSize + 1)),
            )
            // What the spans say of each document, put together again: the overlap counts once.
            const found = new Map<string, number[]>()
            const bytes = new Map<string, number>()
            rows.forEach((row, i) => {
              expect(row.spans.reduce((sum, span) => sum + span.length, 0)).toBe(blockSize + 1)
              for (const { doc_id, start, length, bytes: spanBytes } of row.spans) {
                const from = i > 0 && start === 0 ? 1 : start
                found.set(doc_id, [...(found.get(doc_id) ?? []), ...row.ids.slice(from, start + length)])
                bytes.set(doc_id, (bytes.get(doc_id) ?? 0) + spanBytes)
                for (let t = start; t < start + length; t++) {
                  expect(row.positions[t]).toBe(t - start)
                  expect(row.segments[t]).toBe(row.spans.findIndex(span => span.start === start))
                }
              }
            })
            for (const row of documents.flat()) {
              const ids = found.get(row.id)
              if (!ids) continue
              const whole = [...tokenizer.encode(row.text), 0]
              expect(ids).toEqual(whole.slice(0, ids.length))
              const complete = ids.length === whole.length
              const decoded = ids.flatMap(id => (id === 0 ? [] : [...tokenizer.tokenBytes(id)]))
              if (complete) expect(Buffer.from(decoded).toString('utf8')).toBe(row.text)
              if (complete) expect(bytes.get(row.id)).toBe(Buffer.byteLength(row.text))
              else if (given.tokenizer) expect(bytes.get(row.id)).toBe(decoded.length)
            }
            const dropped = stream.length - 1 - blocks * blockSize
            const notes = events.filter(event => event.type === 'note' && event.message.startsWith('dropped'))
            expect(notes.map(note => (note as any).values)).toEqual(dropped > 0 ? [{ tokens: dropped }] : [])
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  test('bytes of unknown words are shared out, and sum up all the same', async () => {
    const words = await trainWords(['the whale'])
    const source = documentsSource([[document('a', 'the Kraken whale the whale')]])
    const stages = [tokenize({ tokenizer: words }), pack({ blockSize: 9, tokenizer: words })]
    const { frames } = await collect({ source, stages })
    expect(rowsOf(frames[0]!).flatMap(row => row.spans.map((span: any) => span.bytes))).toEqual([26])
  })

  test('says what it drops', async () => {
    const { events } = await packed([[document('a', 'xyzuvw')]], 4)
    const s = { tokens: 5, split: 0, cropped: 0, padded: 0, bytes: 5, documents: 1 }
    expect(events.filter(event => event.type === 'note')).toEqual([
      { type: 'note', stage: 'pack', message: 'dropped the last 2 tokens: a block needs 4', values: { tokens: 2 } },
      {
        type: 'note',
        stage: 'pack',
        message: "packed 5 tokens: 0.0 % apart from their document's beginning",
        values: { sources: { s } },
      },
    ])
  })

  test('counts bytes and documents of each source, however rows and frames cut them', async () => {
    const documents = [document('a', 'wxyz'), document('b', 'xyz'), document('c', 'yz')]
    const others = documents.map(row => ({ ...row, id: `other ${row.id}`, source: 't' }))
    for (const blockSize of [1, 2, 3, 4, 5, 7]) {
      const { events, rows } = await packed([[...documents, ...others], documents, others], blockSize)
      const note = events.findLast(event => event.type === 'note')
      const spans = rows.flatMap(row => row.spans)
      for (const source of ['s', 't']) {
        const own = spans.filter(span => span.source === source)
        expect((note as any).values.sources[source]).toMatchObject({
          bytes: own.reduce((sum, span) => sum + span.bytes, 0),
        })
      }
      const counts = Object.values((note as any).values.sources) as { documents: number; tokens: number }[]
      const tokens = counts.reduce((sum, one) => sum + one.tokens, 0)
      // Each document is its letters and an end-of-text token.
      const begun = [5, 4, 3, 5, 4, 3, 5, 4, 3, 5, 4, 3].reduce(
        ({ at, count }, length) => ({ at: at + length, count: count + Number(at < tokens) }),
        { at: 0, count: 0 },
      ).count
      expect(counts.reduce((sum, one) => sum + one.documents, 0)).toBe(begun)
    }
  })

  test('a text that does not fill a block is an error', async () => {
    await expect(packed([[document('a', 'xyz')]], 8)).rejects.toMatchObject({
      name: 'DataError',
      stage: 'pack',
      message: 'the text gives 4 tokens, one block needs 9',
      advice: 'add text, or set blockSize to at most 3',
    })
    await expect(packed([], 8)).rejects.toMatchObject({
      message: 'the text gives 0 tokens, one block needs 9',
      advice: 'add text',
    })
  })

  test('its schema, and what it refuses', () => {
    const stage = pack({ blockSize: 8, endOfText: 0 })
    expect(`${stage.schema(tokensSchema)}`).toBe(`${blocksSchema(9)}`)
    expect(() => stage.schema(new Schema([]) as never)).toThrow(
      'needs a column "doc_id" of type Utf8, but gets no columns',
    )
    expect(() => pack({ blockSize: 0, endOfText: 0 })).toThrow('blockSize must be a whole number above 0, found 0')
    expect(() => pack({ blockSize: 8 })).toThrow('needs endOfText, or a tokenizer that knows it')
  })

  test('refuses to go on from what it did not write', async () => {
    const stage = pack({ blockSize: 8, endOfText: 0 })
    await expect(stage.open!(undefined as never, { skip: 1 })).rejects.toMatchObject({
      name: 'StateError',
      stage: 'pack',
      message: 'cannot go on from {"skip":1}',
      advice: 'the checkpoint is of another version',
    })
  })
})
