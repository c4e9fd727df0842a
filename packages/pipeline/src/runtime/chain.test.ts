import { Field, Float32, Int32, List, RecordBatchReader, RecordBatchStreamWriter, Schema, Utf8 } from 'apache-arrow'
import { map } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import { defineStage } from '../contract/define-stage.ts'
import type { Sink } from '../contract/sink.ts'
import { SchemaError } from '../errors.ts'
import { documentsBatch, documentsSchema } from '../schemas/documents.ts'
import { requireFields } from '../schemas/require.ts'
import { tokensSchema } from '../schemas/tokens.ts'
import { collecting, counting, numbersSchema } from '../testing/frames.ts'
import { pipe } from './pipe.ts'
import { run } from './run.ts'

const tokenize = defineStage({
  id: 'tokenize',
  schema(input) {
    requireFields('tokenize', input, documentsSchema)
    return tokensSchema
  },
  apply: map(frame => frame),
})
const same = (id: string) => defineStage({ id, apply: map(frame => frame) })
const untouched = (schema: Schema) =>
  defineSource({
    id: 'files',
    schema,
    // biome-ignore lint/correctness/useYield: it must not be read
    *read() {
      throw new Error('was read')
    },
  })

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toHaveProperty('exitCode', 2)
    return `${error}`
  }
  return expect.fail('nothing was thrown')
}

describe('the chain of schemas', () => {
  it('is joined before anything is read, and names both stages and the field', () => {
    const source = untouched(numbersSchema)
    expect(refusal(() => run({ source, stages: [same('a'), tokenize], sink: collecting() }))).toBe(
      'tokenize: does not fit after "a": needs a column "id" of type Utf8, but gets only "n"',
    )
  })

  it('names the nearest column', () => {
    const schema = new Schema([
      ...documentsSchema.fields.filter(({ name }) => name !== 'text'),
      new Field('texts', new Utf8()),
    ])
    expect(refusal(() => run({ source: untouched(schema), stages: [tokenize], sink: collecting() }))).toBe(
      'tokenize: does not fit after "files": needs a column "text" of type Utf8, but gets only "id", "source", "part", "last", ' +
        '"url", "created", "lang", "metadata", "texts"; rename "texts"?',
    )
  })

  it('names expected and actual type', () => {
    const schema = new Schema(
      documentsSchema.fields.map(field =>
        field.name === 'text' ? new Field('text', new List(new Field('item', new Int32()))) : field,
      ),
    )
    expect(refusal(() => run({ source: untouched(schema), stages: [tokenize], sink: collecting() }))).toBe(
      'tokenize: does not fit after "files": needs the column "text" to be Utf8, but it is List<Int32>',
    )
  })

  it('asks the sink too', () => {
    const sink: Sink = {
      ...collecting('checkpoint'),
      accept: input => requireFields('checkpoint', input, tokensSchema),
    }
    expect(refusal(() => run({ source: untouched(documentsSchema), stages: [], sink }))).toMatch(
      /^checkpoint: does not fit after "files": needs a column "doc_id" of type Utf8/,
    )
  })

  it('goes through composed stages', () => {
    const stages = [pipe(same('a'), pipe(same('b'), tokenize))]
    expect(refusal(() => run({ source: untouched(numbersSchema), stages, sink: collecting() }))).toMatch(
      /^tokenize: does not fit after "b"/,
    )
  })

  it('refuses an id that stands twice', () => {
    const twice = () =>
      run({ source: counting(1), stages: [same('a'), pipe(same('b'), same('a'))], sink: collecting() })
    expect(refusal(twice)).toBe('two parts of the run have the id "a"; give one of them another id')
    expect(refusal(() => run({ source: counting(1, 'x'), stages: [], sink: collecting('x') }))).toMatch(/id "x"/)
  })
})

describe('requireFields', () => {
  it('finds a schema equal that has been through IPC', () => {
    const batch = documentsBatch([{ id: '1', text: 'a', source: 's' }])
    const bytes = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true)
    const { schema } = RecordBatchReader.from(bytes).open()
    expect(() => requireFields('x', schema, documentsSchema)).not.toThrow()
  })

  it('lets columns be missing that may be null, and further ones be there', () => {
    const { fields } = documentsSchema
    const schema = new Schema([...fields.filter(({ nullable }) => !nullable), new Field('score', new Float32())])
    expect(() => requireFields('x', schema, documentsSchema)).not.toThrow()
    const wrong = new Schema([...schema.fields, new Field('url', new Int32())])
    expect(() => requireFields('x', wrong, documentsSchema)).toThrow(
      new SchemaError('needs the column "url" to be Utf8, but it is Int32', { stage: 'x' }),
    )
  })

  it('tells that there is no column at all', () => {
    expect(() => requireFields('x', new Schema([]), numbersSchema)).toThrow(
      'needs a column "n" of type Int32, but gets no columns',
    )
  })
})
