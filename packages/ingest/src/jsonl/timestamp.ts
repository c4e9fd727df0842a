/**
 * Milliseconds since 1970 UTC, of what corpora write for a time; undefined where it is none.
 *
 * Numbers are seconds, milliseconds, microseconds or nanoseconds, told apart by their size (seconds up to the year 5138).
 * Strings are ISO 8601, possibly only a year or a month, with a space for the T, RFC 2822, or a number. A time without a zone is
 * taken as UTC, so that it means the same on every machine.
 */
export function timestampOf(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{4}(?:-\d\d(?:-\d\d)?)?$/.test(text)) return finite(Date.parse(text))
  if (/^-?\d{5,}(?:\.\d+)?$/.test(text)) return fromNumber(Number(text))
  const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i.exec(text)
  if (iso) {
    const zone = iso[3] === undefined || /^[a-z]/i.test(iso[3]) ? 'Z' : iso[3].replace(/^(...)(\d\d)$/, '$1:$2')
    return finite(Date.parse(`${iso[1]}T${iso[2]}${zone}`))
  }
  // RFC 2822 always has a zone.
  return /^(?:[a-z]{3}, ?)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,3})$/i.test(text)
    ? finite(Date.parse(text))
    : undefined
}

function fromNumber(value: number): number | undefined {
  const size = Math.abs(value)
  const milliseconds = size < 1e11 ? value * 1e3 : size < 1e14 ? value : size < 1e17 ? value / 1e3 : value / 1e6
  return finite(milliseconds)
}

/** A date that `Date` can hold. */
function finite(milliseconds: number): number | undefined {
  return Math.abs(milliseconds) <= 8.64e15 ? Math.trunc(milliseconds) : undefined
}
