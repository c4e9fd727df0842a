import { defineSource } from '../contract/define-source.ts'
import type { Frame, Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import type { Documents } from '../index.ts'
import { type DocumentRow, documentsBatch, documentsSchema } from '../schemas/documents.ts'

/** A source that gives the rows in frames of the given sizes, over and over; its position is the number of rows given. */
export function documents(id: string, rows: readonly DocumentRow[], sizes: readonly number[]): Source<Documents> {
  return defineSource({
    id,
    schema: documentsSchema,
    *read(from) {
      let row = 0
      for (let i = 0; row < rows.length; i++) {
        const end = Math.min(rows.length, row + sizes[i % sizes.length]!)
        if (end > ((from as number | undefined) ?? 0)) {
          yield { batch: documentsBatch(rows.slice(row, end)), position: end }
        }
        row = end
      }
    },
  })
}

/** Documents of such many bytes; one of over 100 bytes travels in parts of 100. */
export function sized(source: string, sizes: readonly number[]): DocumentRow[] {
  return sizes.flatMap((size, i) => {
    const parts = Math.max(1, Math.ceil(size / 100))
    return Array.from({ length: parts }, (_, part) => ({
      id: `${source}-${i}`,
      source,
      text: 'x'.repeat(Math.min(100, size - 100 * part)),
      part,
      last: part === parts - 1,
    }))
  })
}

export async function readFrames(source: Source, from?: Json, most = Number.POSITIVE_INFINITY): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of source.read(from, new AbortController().signal)) {
    if (frames.push(frame) === most) break
  }
  return frames
}

/** The rows of frames, as `id/part`, with the bytes of their texts. */
export function rowsOf(frames: readonly Frame[]): { name: string; source: string; bytes: number; last: boolean }[] {
  return frames.flatMap(({ batch }) =>
    Array.from({ length: batch.numRows }, (_, i) => {
      const { id, part, text, source, last } = batch.get(i)!.toJSON()
      return { name: `${id}/${part}`, source, bytes: text.length, last }
    }),
  )
}
