import { documentsBatch, documentsSchema, tokensSchema } from '@sluice/pipeline'
import { Field, Int32, Schema, Utf8 } from 'apache-arrow'
import { beforeAll, describe, expect, test } from 'vitest'
import { collect, documentsSource, plain, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { tokenize, tokenizeBatch } from './tokenize.ts'

let tokenizer: Tokenizer

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea'], { vocabSize: 265 })
})

const texts = ['the whale', '', 'é☠ lone \ud800', 'and the sea\n']
const rows = texts.map((text, i) => ({ id: `${i}`, text, source: 's', part: i, last: i % 2 === 0 }))

describe('tokenize', () => {
  test('gives ids and bytes, row by row', async () => {
    const { frames } = await collect({ source: documentsSource([rows, []]), stages: [tokenize({ tokenizer })] })
    expect(frames.map(frame => frame.cursor)).toEqual([{ given: 1 }, { given: 2 }])
    expect(rowsOf(frames[0]!)).toEqual(
      rows.map(({ id, text, source, part, last }) => ({
        doc_id: id,
        source,
        part,
        last,
        ids: Array.from(tokenizer.encode(text)),
        bytes: Buffer.byteLength(text),
      })),
    )
    expect(frames[1]!.batch.numRows).toBe(0)
  })

  test('takes a slice of a batch, and a tokenizer without encodeUtf8', () => {
    const { encodeUtf8: _, ...without } = tokenizer
    const sliced = documentsBatch(rows).slice(1, 4)
    for (const given of [tokenizer, without]) {
      const frame = { batch: tokenizeBatch(given, sliced), cursor: {}, seq: 0 }
      expect(rowsOf(frame).map(row => row.ids)).toEqual(texts.slice(1).map(text => Array.from(tokenizer.encode(text))))
      expect(rowsOf(frame).map(row => row.doc_id)).toEqual(['1', '2', '3'])
      expect(rowsOf(frame).map(row => row.last)).toEqual([false, true, false])
    }
  })

  test('workers give the frames of none', async () => {
    const source = () => documentsSource([rows, [], rows.slice(1)])
    const { frames } = await collect({ source: source(), stages: [tokenize({ tokenizer, workers: 1 })] })
    const { frames: expected } = await collect({ source: source(), stages: [tokenize({ tokenizer })] })
    expect(frames.map(plain)).toEqual(expected.map(plain))
  })

  test('its schema, and what it refuses', () => {
    const stage = tokenize({ tokenizer, id: 'cut' })
    expect(stage.schema(documentsSchema)).toBe(tokensSchema)
    expect(stage.parallel).toBe('stateless')
    const without = new Schema(documentsSchema.fields.filter(field => field.name !== 'text'))
    expect(() => stage.schema(without as never)).toThrow('needs a column "text" of type Utf8')
    const wrong = documentsSchema.fields.map(field => (field.name === 'part' ? new Field('part', new Utf8()) : field))
    expect(() => stage.schema(new Schema(wrong) as never)).toThrow(`needs the column "part" to be ${new Int32()}`)
  })
})
