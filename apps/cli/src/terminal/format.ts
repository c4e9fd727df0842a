/** 950, 12.3k, 4.56M: three figures, for numbers that are read at a glance. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) < 1000) return String(Math.round(value))
  const scale = Math.abs(value) < 999_500 ? 'k' : Math.abs(value) < 999_500_000 ? 'M' : 'G'
  const scaled = value / { k: 1e3, M: 1e6, G: 1e9 }[scale]
  return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)}${scale}`
}

/** 42 s, 3:07, 1:02:09. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-'
  const rounded = Math.max(0, Math.round(seconds))
  if (rounded < 60) return `${rounded} s`
  const parts = [Math.floor(rounded / 60) % 60, rounded % 60].map(part => String(part).padStart(2, '0'))
  const hours = Math.floor(rounded / 3600)
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`
}

export function bytes(value: number): string {
  if (value < 1e3) return `${value} B`
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} kB`
  if (value < 1e9) return `${(value / 1e6).toFixed(0)} MB`
  return `${(value / 1e9).toFixed(2)} GB`
}

/** One line of at most `columns` characters. */
export function clip(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`
}

/** 950, 12.3k, 4.56M, 7.89G, 1.75T, 3.14E: three figures of numbers that may be very large. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z']
  let unit = 0
  let scaled = value
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  if (unit === 0) return String(Math.round(scaled))
  return `${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)}${units[unit]}`
}

/** As `duration`, and from two days on 9 days, 3.2 years. */
export function longDuration(seconds: number): string {
  const days = seconds / 86_400
  if (!(days >= 2)) return duration(seconds)
  if (days < 730) return `${Math.round(days)} days`
  const years = days / 365.25
  return `${years < 100 ? years.toFixed(1) : short(years)} years`
}
