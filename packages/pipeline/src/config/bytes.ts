import { z } from 'zod'

const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
}
const pattern = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?\s*$/i

/**
 * Bytes of a size as people write it: `"64MB"` (10^6), `"64MiB"` (2^20), `"1.5 GB"`, `"4096"`; undefined where it is none.
 * Upper and lower case mean the same.
 */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = 'B'] = pattern.exec(text) ?? []
  const factor = units[unit.toUpperCase()]
  if (number === undefined || factor === undefined) return undefined
  const bytes = Math.round(Number(number) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A config's size in bytes: a number, or a string such as `"64MB"`. Gives the number. */
export function byteSize() {
  const error = 'expected a size in bytes, such as "64MB", "1GiB" or 1048576'
  const number = z.int({ error }).min(0, { error })
  const text = z.string().regex(pattern, { error })
  return z.union([number, text], { error }).transform((value, context) => {
    const bytes = typeof value === 'number' ? value : parseBytes(value)
    if (bytes !== undefined) return bytes
    context.addIssue({ code: 'custom', message: error })
    return z.NEVER
  })
}

/** `67108864` as `64.0 MiB`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${names[unit]}`
}
