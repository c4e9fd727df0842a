import { statSync } from 'node:fs'

/**
 * Times a job and prints the line that the harness reads: MB/s by the clock, and of processor time, all threads together. `job` returns
 * a note for people.
 */
export async function report(bytes, job) {
  const started = performance.now()
  const before = process.cpuUsage()
  const note = await job()
  const seconds = (performance.now() - started) / 1e3
  const { user, system } = process.cpuUsage(before)
  const rss = Math.round(process.resourceUsage().maxRSS / 1024)
  const line = {
    value: bytes / 1e6 / seconds,
    processor: bytes / (user + system),
    rss_mb: rss,
    note,
    versions: `Node ${process.versions.node}`,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

export const sizeOf = path => statSync(path).size
