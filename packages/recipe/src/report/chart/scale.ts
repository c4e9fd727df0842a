export interface Scale {
  /** From a value to a coordinate. */
  (value: number): number
  readonly domain: readonly [number, number]
}

/** A straight line from `domain` to `range`; the middle of the range where the domain is one value. */
export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [from, to] = domain
  const [start, end] = range
  const place = (value: number) =>
    to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start)
  return Object.assign(place, { domain })
}

/**
 * Round values (1, 2 or 5 times a power of ten) within [from, to], about `count` of them.
 *
 * @see P. Heckbert, Nice numbers for graph labels, in Graphics Gems, 1990
 */
export function ticks(from: number, to: number, count: number): number[] {
  if (!(to > from)) return [from]
  const step = niceStep((to - from) / count)
  const list: number[] = []
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    // Through text, so that 3 * 0.1 is 0.3.
    list.push(Number((i * step).toPrecision(12)))
  }
  return list
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power
}

/** Least and greatest of the finite values; undefined where there are none. */
export function extent(values: Iterable<number>): [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  return least <= greatest ? [least, greatest] : undefined
}
