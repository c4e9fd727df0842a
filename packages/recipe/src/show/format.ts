/** `1,234,567`, whatever language the machine speaks. */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–'
}

/** At most three digits and a unit: `4.92 M`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–'
  for (const [size, unit] of [
    [1e12, ' T'],
    [1e9, ' B'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    // 999.6 k would be told as 1000 k.
    if (Math.abs(value) >= size * 0.9995) return `${digits(value / size)}${unit}`
  }
  return Number.isInteger(value) ? String(value) : digits(value)
}

/** Three digits that count: `0.0123`, `1.23`, `12.3`; larger ones whole, very small ones as `1.2e-7`. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 99.95) return whole(value)
  if (size < 1e-4) return value.toExponential(1)
  // Rounded first: 0.9996 has its digits where 1 has them.
  const rounded = Number(size.toPrecision(3))
  return value.toFixed(Math.min(6, 2 - Math.floor(Math.log10(rounded))))
}

/** A loss: nats with two decimals, everywhere alike, so that columns can be compared. */
export function nats(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

/** `+0.31`, `−0.02`. */
export function signed(value: number, format: (value: number) => string = nats): string {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`
}

/** `9 days`, `2 h 5 min`, `4 min 12 s`, `3.2 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`
  const rounded = Math.round(seconds / 60)
  return rounded < 60 * 48 ? `${Math.floor(rounded / 60)} h ${rounded % 60} min` : `${Math.round(rounded / 1440)} days`
}

/** `768 kB`, `1.23 GB`; powers of ten. */
export function bytes(value: number): string {
  return `${short(value).replace(' B', ' G')}B`.replace(/(\d)B$/, '$1 B')
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–'
  const value = share * 100
  return `${value !== 0 && Math.abs(value) < 9.95 ? digitsOf(value) : Math.round(value)} %`
}

/** `1 step`, `2 steps`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}

function digitsOf(value: number): string {
  return Math.abs(value) < 0.01 ? value.toExponential(0) : value.toFixed(Math.abs(value) < 0.1 ? 2 : 1)
}
