import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Each mode of the soak once, and more for a minute, in CI for five; SLUICE_SOAK_MINUTES sets another time, `node tests/soak/soak.js
// --minutes 30` is the long one. What its faults strike depends on the machine's speed, whether all was trained on does not.

const minutes = Number(process.env.SLUICE_SOAK_MINUTES ?? (process.env.CI ? 5 : 1))
// There are no signals there, and no file that is being read can be taken away.
const windows = process.platform === 'win32'

test.skipIf(windows)(
  'whatever happens to a run, every document is trained on once an epoch',
  { timeout: (minutes + 10) * 60_000 },
  async () => {
    const args = [new URL('soak/soak.js', import.meta.url).pathname, '--minutes', String(minutes)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 }).catch(error => error)
    const total = JSON.parse(stdout.trim().split('\n').at(-1)!)
    expect(total.runs, stdout).toBeGreaterThanOrEqual(4)
    expect(stdout).not.toContain('kept in')
  },
)
