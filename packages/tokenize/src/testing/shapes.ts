import type { Source } from '@sluice/pipeline'
import fc from 'fast-check'
import { documentsSource } from './harness.ts'

/** Documents of a frame, each with the number of parts that it travels in. */
export type Shape = { text: string; parts: number }[][]

/** Frames of documents, some of them in parts, some empty, some frames without rows. */
export const shapes: fc.Arbitrary<Shape> = fc.array(
  fc.array(
    fc.record({
      text: fc.oneof(fc.constant(''), fc.string({ maxLength: 30 }), fc.constant('the whale and the sea. '.repeat(3))),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 4 },
  ),
  { minLength: 1, maxLength: 8 },
)

export function shapedSource(shape: Shape): Source {
  return documentsSource(
    shape.map((documents, i) =>
      documents.flatMap(({ text, parts }, j) =>
        Array.from({ length: parts }, (_, part) => ({
          id: `document ${i}.${j}`,
          text: part === 0 ? text : `${part} ${text}`,
          source: 'given',
          part,
          last: part === parts - 1,
        })),
      ),
    ),
  )
}
