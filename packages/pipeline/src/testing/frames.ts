import { Field, Int32, makeData, RecordBatch, Schema, Struct, Uint8 } from 'apache-arrow'
import { defineSource } from '../contract/define-source.ts'
import type { Frame } from '../contract/frame.ts'
import type { Sink } from '../contract/sink.ts'
import type { Source } from '../contract/source.ts'

// Small frames for tests: one Int32 column `n`.

export type Numbers = { n: Int32 }

export const numbersSchema = new Schema<Numbers>([new Field('n', new Int32(), false)])

export function numbers(values: readonly number[]): RecordBatch<Numbers> {
  const n = makeData({ type: new Int32(), length: values.length, nullCount: 0, data: Int32Array.from(values) })
  const type = new Struct<Numbers>(numbersSchema.fields)
  return new RecordBatch(numbersSchema, makeData({ type, length: values.length, nullCount: 0, children: [n] }))
}

export function values(frame: Pick<Frame, 'batch'>): number[] {
  return [...(frame.batch.getChild('n')!.toArray() as Int32Array)]
}

/** Frames of one number each, 1 to `count`; its position is the last number given. */
export function counting(count: number, id = 'counting'): Source<Numbers> {
  return defineSource({
    id,
    schema: numbersSchema,
    *read(from) {
      for (let n = ((from as number | undefined) ?? 0) + 1; n <= count; n++) yield { batch: numbers([n]), position: n }
    },
  })
}

/** Frames that all hold the same `bytes` bytes of one column. */
export function bulk(count: number, bytes: number, onPull?: (n: number) => void): Source {
  const schema = new Schema([new Field('bytes', new Uint8(), false)])
  const column = makeData({ type: new Uint8(), length: bytes, nullCount: 0, data: new Uint8Array(bytes) })
  const data = makeData({ type: new Struct(schema.fields), length: bytes, nullCount: 0, children: [column] })
  const batch = new RecordBatch(schema, data)
  return defineSource({
    id: 'bulk',
    schema,
    *read(from) {
      for (let n = ((from as number | undefined) ?? 0) + 1; n <= count; n++) {
        onPull?.(n)
        yield { batch, position: n }
      }
    },
  })
}

/** Keeps what it consumes. */
export function collecting(id = 'collecting'): Sink & { readonly frames: Frame[]; readonly closed: string[] } {
  const frames: Frame[] = []
  const closed: string[] = []
  return {
    id,
    frames,
    closed,
    consume(frame) {
      frames.push(frame)
    },
    async close(outcome) {
      closed.push(outcome)
    },
  }
}
