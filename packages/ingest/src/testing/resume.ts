import type { Documents, Json, Source } from '@sluice/pipeline'
import { expect } from 'vitest'
import { framesOf, positionsOf, type Row, readAll, rowsOf } from './documents.ts'

/** Reads a source whole and again after each of its frames: what follows must be the same. Returns all rows. */
export async function expectResumes(source: Source<Documents>): Promise<Row[]> {
  const frames = await framesOf(source)
  const rows = frames.map(rowsOf)
  for (const [i, position] of positionsOf(frames, source.id).entries()) {
    expect(await readAll(source, position as Json)).toEqual(rows.slice(i + 1).flat())
  }
  return rows.flat()
}
