const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `share` (0 to 1) of `width` characters, to an eighth of one. */
export function bar(share: number, width: number): string {
  const units = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * width * 8)
  return '█'.repeat(units >> 3) + eighths[units & 7]!
}

const shades = [' ', '░', '▒', '▓', '█']

/** One character for a share of 0 to 1. */
export function shade(share: number): string {
  return shades[Math.min(4, Math.max(0, Math.round((Number.isFinite(share) ? share : 0) * 4)))]!
}
