import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// A short version of the soak for every day; `node tests/soak/soak.js --minutes 30` is the long one.

const minutes = Number(process.env.SLUICE_SOAK_MINUTES ?? 3)

test(`${minutes} minutes of faults, and every document is trained on once an epoch`, {
  timeout: (minutes + 5) * 60_000,
}, async () => {
  const args = [new URL('soak/soak.js', import.meta.url).pathname, '--minutes', String(minutes)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 }).catch(error => error)
  const total = JSON.parse(stdout.trim().split('\n').at(-1)!)
  expect(total.runs, stdout).toBeGreaterThan(0)
  expect(stdout).not.toContain('kept in')
})
