import { type Column, type ColumnMapping, usualNames } from './columns.ts'

/** What a key is taken for: a column, and how likely a name for it this is (0 the likeliest). */
export interface Role {
  readonly column: Column
  readonly rank: number
}

export const columnNames: readonly Column[] = ['text', 'id', 'url', 'created', 'lang']

/** The function from a key to its role; null for a key that is no column. What `mapping` names is not looked for by usual names. */
export function rolesOf(mapping: ColumnMapping): (key: string) => Role | null {
  const named = new Map<string, Role>()
  for (const column of columnNames) {
    if (mapping[column] !== undefined) continue
    usualNames[column].forEach((name, rank) => {
      named.set(name, { column, rank })
    })
  }
  // Names come again and again; lower case is made once each. Records whose keys are data must not fill the memory.
  const known = new Map<string, Role | null>()
  return key => {
    let found = known.get(key)
    if (found === undefined) {
      found = named.get(key.toLowerCase()) ?? null
      if (known.size < 10_000) known.set(key, found)
    }
    return found
  }
}

/**
 * The same where every mapped path is one key of the record, which is no usual name of another column; undefined for other
 * mappings, which need the whole record.
 */
export function keyRolesOf(mapping: ColumnMapping): ((key: string) => Role | null) | undefined {
  const usual = rolesOf(mapping)
  const mapped = new Map<string, Role>()
  for (const column of columnNames) {
    const path = mapping[column]
    if (path === undefined) continue
    if (typeof path !== 'string' || path.includes('.') || mapped.has(path) || usual(path) !== null) return undefined
    mapped.set(path, { column, rank: -1 })
  }
  return mapped.size === 0 ? usual : key => mapped.get(key) ?? usual(key)
}
