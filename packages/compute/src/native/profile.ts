import process from 'node:process'

interface Entry {
  calls: number
  ms: number
  flops: number
  bytes: number
}

/**
 * Time per kernel, with SLUICE_PROFILE=1: a table on stderr at the end of the process. Bytes are those of the operands and
 * results, each counted once.
 */
export class Profile {
  readonly enabled: boolean
  readonly #entries = new Map<string, Entry>()

  constructor(enabled = Boolean(process.env.SLUICE_PROFILE && process.env.SLUICE_PROFILE !== '0')) {
    this.enabled = enabled
    if (enabled) process.once('exit', () => process.stderr.write(this.report()))
  }

  run<T>(name: string, flops: number, bytes: number, body: () => T): T {
    if (!this.enabled) return body()
    const start = performance.now()
    const result = body()
    const ms = performance.now() - start
    const entry = this.#entries.get(name) ?? { calls: 0, ms: 0, flops: 0, bytes: 0 }
    this.#entries.set(name, {
      calls: entry.calls + 1,
      ms: entry.ms + ms,
      flops: entry.flops + flops,
      bytes: entry.bytes + bytes,
    })
    return result
  }

  reset(): void {
    this.#entries.clear()
  }

  /** One line a kernel, the slowest first. */
  report(): string {
    const rows = [...this.#entries].sort(([, a], [, b]) => b.ms - a.ms)
    if (rows.length === 0) return ''
    const line = (name: string, ...cells: (string | number)[]): string =>
      `${name.padEnd(44)}${cells.map(cell => String(cell).padStart(11)).join('')}\n`
    let text = line('kernel', 'calls', 'ms', 'ms a call', 'GFLOPS', 'GB/s')
    for (const [name, { calls, ms, flops, bytes }] of rows) {
      const gflops = flops > 0 ? (flops / ms / 1e6).toFixed(0) : ''
      text += line(name, calls, ms.toFixed(1), (ms / calls).toFixed(3), gflops, (bytes / ms / 1e6).toFixed(1))
    }
    return text
  }
}
