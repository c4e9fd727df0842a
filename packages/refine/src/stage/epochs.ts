import type { Cursor, Json } from '@sluice/pipeline'

/**
 * How often a source had been read through when the frame of this cursor was made: `repeat` keeps that in the source's position,
 * `mix` keeps the positions of its members within its own. 0 where the cursor says nothing.
 */
export function epochOf(cursor: Cursor, source: string): number {
  return found(cursor, source, 0) ?? 0
}

function found(value: Json | Cursor, source: string, depth: number): number | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || depth > 4) return undefined
  const record = value as Readonly<Record<string, Json>>
  if (Object.hasOwn(record, source)) return epochIn(record[source]!) ?? 0
  for (const member of Object.values(record)) {
    const epoch = found(member, source, depth + 1)
    if (epoch !== undefined) return epoch
  }
  return undefined
}

function epochIn(position: Json): number | undefined {
  if (position === null || typeof position !== 'object' || Array.isArray(position)) return undefined
  const { epoch, at } = position as { epoch?: Json; at?: Json }
  if (typeof epoch === 'number') return epoch
  return at === undefined ? undefined : epochIn(at)
}
