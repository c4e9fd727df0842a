import type { Documents, Frame, Json, Source } from '@sluice/pipeline'
import type { Vector } from 'apache-arrow'

export interface Row {
  id: string
  text: string
  source: string
  part: number
  last: boolean
  url: string | null
  created: number | null
  lang: string | null
  metadata: Record<string, unknown> | null
}

export function rowsOf(frame: Frame<Documents>): Row[] {
  const { batch } = frame
  const column = (name: keyof Documents) => batch.getChild(name) as Vector
  return Array.from({ length: batch.numRows }, (_, i) => {
    const created = column('created').get(i)
    const metadata = column('metadata').get(i)
    return {
      id: column('id').get(i),
      text: column('text').get(i),
      source: column('source').get(i),
      part: column('part').get(i),
      last: column('last').get(i),
      url: column('url').get(i),
      created: created === null ? null : Number(created),
      lang: column('lang').get(i),
      metadata: metadata === null ? null : JSON.parse(metadata),
    }
  })
}

export async function framesOf(source: Source<Documents>, from?: Json): Promise<Frame<Documents>[]> {
  const frames: Frame<Documents>[] = []
  for await (const frame of source.read(from, new AbortController().signal)) frames.push(frame)
  return frames
}

export async function readAll(source: Source<Documents>, from?: Json): Promise<Row[]> {
  return (await framesOf(source, from)).flatMap(rowsOf)
}

export async function textsOf(source: Source<Documents>): Promise<string[]> {
  return (await readAll(source)).map(row => row.text)
}

/** What is read up to the fault, and the fault. */
export async function readToFault(source: Source<Documents>): Promise<{ rows: Row[]; error: unknown }> {
  const rows: Row[] = []
  try {
    for await (const frame of source.read(undefined, new AbortController().signal)) rows.push(...rowsOf(frame))
  } catch (error) {
    return { rows, error }
  }
  throw new Error('the source was expected to fail')
}

/** The position after each frame, through JSON as a checkpoint keeps it. */
export function positionsOf(frames: readonly Frame<Documents>[], id: string): Json[] {
  return frames.map(frame => JSON.parse(JSON.stringify(frame.cursor[id])) as Json)
}

/** One document's parts, joined. */
export function joined(rows: readonly Row[]): { id: string; text: string }[] {
  const documents: { id: string; text: string }[] = []
  let part = 0
  for (const row of rows) {
    if (row.part !== part) throw new Error(`${row.id}: part ${part} was expected, found ${row.part}`)
    if (part === 0) documents.push({ id: row.id, text: row.text })
    else {
      const open = documents.at(-1)!
      if (open.id !== row.id) throw new Error(`part ${part} of ${open.id} was expected, found one of ${row.id}`)
      open.text += row.text
    }
    part = row.last ? 0 : part + 1
  }
  if (part !== 0) throw new Error(`${documents.at(-1)?.id} has no last part`)
  return documents
}
