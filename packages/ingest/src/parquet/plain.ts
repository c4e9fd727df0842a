/** A value as JSON has it: dates in ISO 8601, long integers that a number cannot hold in digits, bytes in base64. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plain)
  if (typeof value === 'object' && value !== null) return plainRecord(value as Record<string, unknown>)
  return value
}

/** A record of such values, without those that are null. */
export function plainRecord(record: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const key in record) {
    const value = record[key]
    if (value === null || value === undefined) continue
    kept[key] =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : plain(value)
  }
  return kept
}
