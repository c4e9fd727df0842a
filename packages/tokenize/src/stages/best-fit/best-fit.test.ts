import type { DocumentRow } from '@sluice/pipeline'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { collect, documentsSource, rowsOf } from '../../testing/harness.ts'
import type { Tokenizer } from '../../tokenizer.ts'
import { trainCharacters } from '../../training/level.ts'
import { ignoredLabel } from '../labels.ts'
import { type PackOptions, pack } from '../pack.ts'
import { tokenize } from '../tokenize.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainCharacters(['abcdefghijklmnopqrstuvwxyz'])
})

interface Row {
  ids: number[]
  segments: number[]
  positions: number[]
  labels?: number[]
  spans: { doc_id: string; source: string; start: number; length: number; bytes: number }[]
}

async function packed(documents: readonly DocumentRow[], options: Omit<PackOptions, 'tokenizer'>) {
  const stages = [tokenize({ tokenizer }), pack({ tokenizer, ...options })]
  const source = documentsSource(documents.map(document => [document]))
  const { frames, events } = await collect({ source, stages })
  const note = events.findLast(event => event.type === 'note' && event.message.startsWith('packed')) as any
  const rows = frames.flatMap(frame => rowsOf(frame) as Row[])
  return { rows, texts: rows.map(row => text(row.ids)), note, events }
}

/** An end-of-text token is a full stop. */
const text = (ids: readonly number[]) =>
  ids.map(id => (id === tokenizer.endOfText ? '.' : tokenizer.token(id))).join('')
const document = (id: string, text: string, source = 's') => ({ id, text, source })

describe('pack with bestFit', () => {
  const four = [document('a', 'aaaa'), document('b', 'bb'), document('c', 'ccc'), document('d', 'd')]

  test('documents stay whole where they fit, whatever their order', async () => {
    const { rows, texts } = await packed(four, { blockSize: 6, bestFit: {} })
    expect(texts).toEqual(['aaaa.d.', 'ccc.bb.'])
    expect(rows[0]!.segments).toEqual([0, 0, 0, 0, 0, 1, 1])
    expect(rows[0]!.positions).toEqual([0, 1, 2, 3, 4, 0, 1])
    expect(rows[1]!.spans).toEqual([
      { doc_id: 'c', source: 's', start: 0, length: 4, bytes: 3 },
      { doc_id: 'b', source: 's', start: 4, length: 3, bytes: 2 },
    ])
  })

  test.each([
    ['split', ['aaaaaa..', 'cccccbbb'], { tokens: 16, split: 1, cropped: 0, padded: 0, bytes: 14, documents: 3 }],
    ['crop', ['aaaaaa.b'], { tokens: 8, split: 0, cropped: 9, padded: 0, bytes: 7, documents: 2 }],
    [
      'pad',
      ['aaaaaa..', 'ccccc...', 'bbb.....'],
      { tokens: 17, split: 0, cropped: 0, padded: 7, bytes: 14, documents: 3 },
    ],
  ] as const)('gaps: %s, and the ledger tells', async (gaps, expected, counts) => {
    const documents = [document('a', 'aaaaaa'), document('b', 'bbb'), document('c', 'ccccc')]
    const { texts, rows, note } = await packed(documents, { blockSize: 7, bestFit: { gaps } })
    expect(texts).toEqual(expected)
    expect(note.values).toEqual({ sources: { s: counts } })
    if (gaps !== 'pad') return
    expect(rows[1]!.labels).toEqual([...rows[1]!.ids.slice(0, 6), ignoredLabel, ignoredLabel])
    expect(rows[1]!.segments).toEqual([0, 0, 0, 0, 0, 0, 1, 1])
  })

  test('documents longer than a row or a window hold up nobody', async () => {
    const long = Array.from({ length: 20 }, (_, i) => document(`long ${i}`, 'x'.repeat(50), 'long'))
    const short = Array.from({ length: 20 }, (_, i) => document(`short ${i}`, 'yy', 'short'))
    const documents = long.flatMap((each, i) => [each, short[i]!])
    for (const gaps of ['split', 'crop', 'pad'] as const) {
      const { rows, note } = await packed(documents, { blockSize: 7, bestFit: { window: 200, gaps } })
      const seen = new Set(rows.flatMap(row => row.spans.map(span => span.doc_id)))
      // Cropping may take a whole short document at the end of a window.
      expect(seen.size).toBeGreaterThanOrEqual(gaps === 'crop' ? 38 : 40)
      // Each row holds as much as it can.
      expect(rows.length).toBeGreaterThanOrEqual(gaps === 'crop' ? 120 : 130)
      const { tokens, cropped } = note.values.sources.long
      expect(tokens + cropped).toBe(20 * 51)
    }
  })

  test('no token is lost that the ledger does not tell of, and none comes twice', async () => {
    const some = fc.array(
      fc.record({ text: fc.stringMatching(/^[a-z]{0,40}$/), source: fc.constantFrom('one', 'two') }),
      { minLength: 1, maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 13, max: 200 }),
        fc.constantFrom('split' as const, 'crop' as const, 'pad' as const),
        async (given, blockSize, window, gaps) => {
          const documents = given.map((each, i) => document(`${i}`, each.text, each.source))
          const result = await packed(documents, { blockSize, bestFit: { window, gaps } }).catch(() => undefined)
          fc.pre(result !== undefined)
          const { rows, note, events } = result!
          // The text of each document, from all its spans, is made of characters of it, in a row each once.
          const found = new Map<string, number>()
          for (const { ids, spans, labels } of rows) {
            for (const { doc_id, start, length, bytes } of spans) {
              found.set(doc_id, (found.get(doc_id) ?? 0) + length)
              const part = text(ids.slice(start, start + length))
              expect(`${documents[Number(doc_id)]!.text}.`).toContain(part)
              expect(bytes).toBe(part.replaceAll('.', '').length)
            }
            const filled = spans.reduce((sum, span) => sum + span.length, 0)
            if (gaps === 'pad') expect(labels!.filter(label => label !== ignoredLabel)).toEqual(ids.slice(0, filled))
            else expect(filled).toBe(blockSize + 1)
          }
          const sources = Object.values(note.values.sources) as Record<string, number>[]
          const sum = (what: string) => sources.reduce((all, counts) => all + counts[what]!, 0)
          const dropped = events.find(event => event.type === 'note' && event.message.startsWith('dropped')) as any
          const all = documents.reduce((total, each) => total + (each.text === '' ? 0 : each.text.length + 1), 0)
          expect([...found.values()].reduce((a, b) => a + b, 0)).toBe(sum('tokens'))
          expect(sum('tokens') + sum('cropped') + (dropped?.values.tokens ?? 0)).toBe(all)
          expect(sum('tokens') + sum('padded')).toBe(rows.length * (blockSize + 1))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('fewer documents are split than end to end', async () => {
    const documents = Array.from({ length: 300 }, (_, i) => document(`${i}`, 'abcdefghij'.repeat((i * 7) % 11)))
    const split = async (options: Omit<PackOptions, 'tokenizer'>) => {
      const { note } = await packed(documents, options)
      return note.values.sources.s.split
    }
    const fitted = await split({ blockSize: 127, bestFit: {} })
    expect(fitted).toBeLessThan((await split({ blockSize: 127 })) / 5)
  })

  test('the same rows whatever the run of frames, and a ledger that a resume continues', async () => {
    const documents = Array.from({ length: 60 }, (_, i) => document(`${i}`, 'abcde'.repeat(1 + ((i * 5) % 7))))
    const stages = () => [tokenize({ tokenizer }), pack({ tokenizer, blockSize: 9, bestFit: { window: 100 } })]
    const one = await collect({ source: documentsSource([documents]), stages: stages() })
    const many = await collect({ source: documentsSource(documents.map(each => [each])), stages: stages() })
    expect(one.frames.flatMap(rowsOf)).toEqual(many.frames.flatMap(rowsOf))
    const from = many.frames[30]!.cursor
    const rest = await collect({ source: documentsSource(documents.map(each => [each])), stages: stages(), from })
    const told = (events: readonly unknown[]) => (events as any[]).findLast(event => event.values?.sources)
    expect(told(rest.events)).toEqual(told(many.events))
  })

  test('errors', async () => {
    expect(() => pack({ tokenizer, blockSize: 8, bestFit: { window: 8 } })).toThrow(
      'the window must hold at least a row of 9 tokens, found 8',
    )
    await expect(packed([document('a', 'abc')], { blockSize: 8, bestFit: {} })).rejects.toThrow(
      'the text gives 4 tokens, one block needs 9',
    )
    const documents = [document('a', 'abcdefgh'), document('b', 'abcdefgh')]
    const stage = (window: number) => [tokenize({ tokenizer }), pack({ tokenizer, blockSize: 8, bestFit: { window } })]
    const { frames } = await collect({ source: documentsSource([documents]), stages: stage(9) })
    const from = frames[0]!.cursor
    await expect(collect({ source: documentsSource([documents]), stages: stage(18), from })).rejects.toThrow(
      'the run was packed in windows of 9 tokens, now it would be 18',
    )
  })
})
