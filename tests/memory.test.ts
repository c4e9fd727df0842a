import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// `node benchmarks/memory.js` with 5 GB is the long version, with each part of the chain in turn the slow one; this one is for every day.

const script = new URL('../benchmarks/memory.js', import.meta.url).pathname

test.each(['sink', 'normalize'])(
  'memory stays level, %s being slow',
  async slow => {
    const args = [
      '--gigabytes',
      '0.1',
      '--slow',
      slow,
      '--rate',
      '60',
      '--shuffle',
      '8MB',
      '--from',
      '0.5',
      '--memory',
      '400MB',
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]).catch(error => error)
    const told = JSON.parse(stdout.trim().split('\n').at(-1)!)
    // So early the heap still settles; text that is kept would make it twice as large.
    expect(told.ratio, stdout).toBeLessThan(1.25)
    expect(Number(told.peak_mb)).toBeLessThanOrEqual(400)
    // The mark of 16 MiB and twice the windows (8 MB to shuffle, 0.2 MB of a batch), and what one frame of the source became.
    expect(Number(told.in_flight_mb)).toBeLessThan(17 + 2 * 8.3 + 4)
  },
  300_000,
)
