/** `1,234,567`, whatever language the browser speaks. */
export function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–'
}

/** Three digits that count: `0.0123`, `1.23`, `12.3`; larger ones whole, very small ones as `1.2e-7`. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 99.95) return whole(value)
  if (size < 1e-4) return value.toExponential(1)
  const rounded = Number(size.toPrecision(3))
  return value.toFixed(Math.min(6, 2 - Math.floor(Math.log10(rounded))))
}

/** `4.92 M`: at most three digits and a unit. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–'
  for (const [size, unit] of [
    [1e12, ' T'],
    [1e9, ' B'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    if (Math.abs(value) >= size * 0.9995) return `${digits(value / size)}${unit}`
  }
  return Number.isInteger(value) ? String(value) : digits(value)
}

/** `768 kB`, `1.23 GB`; powers of ten. */
export function bytes(value: number): string {
  return `${short(value).replace(' B', ' G')}B`.replace(/(\d)B$/, '$1 B')
}

/** A loss, nats: two decimals everywhere. */
export function nats(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

/** `+0.31`, `−0.02`. */
export function signed(value: number, format: (value: number) => string = nats): string {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`
}

/** `2 h 5 min`, `4 min 12 s`, `32 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`
  const hours = Math.round(seconds / 60)
  return hours < 60 * 48 ? `${Math.floor(hours / 60)} h ${hours % 60} min` : `${Math.round(hours / 1440)} days`
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–'
  const value = share * 100
  return `${value !== 0 && Math.abs(value) < 9.95 ? value.toFixed(Math.abs(value) < 0.1 ? 2 : 1) : Math.round(value)} %`
}

/** `step` or `steps`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}
