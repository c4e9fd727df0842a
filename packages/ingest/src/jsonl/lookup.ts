/** The value at a dotted path (`meta.author.name`, `items.0.text`); a key that has the dots in it comes first. */
export function lookup(record: object, path: string): unknown {
  if (Object.hasOwn(record, path)) return (record as Record<string, unknown>)[path]
  let value: unknown = record
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** The record without the value at a path; objects that this leaves empty go too. Lists are left as they are. */
export function without(record: Record<string, unknown>, path: string): Record<string, unknown> {
  const [key = '', ...inner] = Object.hasOwn(record, path) ? [path] : path.split('.')
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  if (value === undefined) return record
  const { [key]: _, ...rest } = record
  if (inner.length === 0) return rest
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return record
  const left = without(value as Record<string, unknown>, inner.join('.'))
  return Object.keys(left).length === 0 ? rest : { ...record, [key]: left }
}
