import { timestampOf } from '../jsonl/timestamp.ts'

/**
 * Milliseconds since 1970 UTC, of what feeds write for a time: what `timestampOf` knows, and RFC 822 with two digits for the year
 * or names of days and months written out.
 */
export function feedDate(value: string | undefined): number | undefined {
  const known = timestampOf(value)
  if (known !== undefined || value === undefined) return known
  const parts =
    /^(?:[a-z]+,?\s+)?(\d{1,2})[ -]([a-z]{3})[a-z]*\.?[ -](\d{2}|\d{4})\s+(\d{1,2}:\d\d(?::\d\d)?)\s*([a-z]{1,4}|[+-]\d\d:?\d\d)?$/i
  const found = parts.exec(value.trim())
  if (!found) return undefined
  const [, day, month, year, time, zone = 'GMT'] = found
  const century = year!.length === 4 ? '' : Number(year) < 70 ? '20' : '19'
  const parsed = Date.parse(`${day} ${month} ${century}${year} ${time} ${zone.replace(':', '')}`)
  return Number.isNaN(parsed) ? undefined : parsed
}
