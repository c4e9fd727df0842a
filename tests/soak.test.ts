import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// `SLUICE_SOAK_MINUTES=3 npx vitest run soak.test.ts`; `node tests/soak/soak.js --minutes 30` is the long one. It is not run every day
// yet: after a stop, a resume and a file that was gone it has once counted fewer tokens left over than the run told of (seed 100001),
// and what its faults strike depends on the machine's speed.

const minutes = Number(process.env.SLUICE_SOAK_MINUTES ?? 0)

test.skipIf(minutes === 0)(
  `${minutes} minutes of faults, and every document is trained on once an epoch`,
  {
    timeout: (minutes + 5) * 60_000,
  },
  async () => {
    const args = [new URL('soak/soak.js', import.meta.url).pathname, '--minutes', String(minutes)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 }).catch(error => error)
    const total = JSON.parse(stdout.trim().split('\n').at(-1)!)
    expect(total.runs, stdout).toBeGreaterThan(0)
    expect(stdout).not.toContain('kept in')
  },
)
