import type { ColumnMapping } from '../jsonl/columns.ts'
import { rolesOf } from '../jsonl/roles.ts'
import { isOwn } from './own.ts'

/** The columns that a document has a place for. */
export function wantedColumns(columns: readonly string[], mapping: ColumnMapping): readonly string[] {
  if (isOwn(columns) && Object.keys(mapping).length === 0) return columns
  const mapped = new Set(
    Object.values(mapping)
      .flat()
      .map(path => path?.split('.')[0]),
  )
  const roleOf = rolesOf(mapping)
  return columns.filter(name => mapped.has(name) || roleOf(name) !== null)
}
