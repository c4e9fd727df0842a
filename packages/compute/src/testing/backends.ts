import { beforeAll, describe, test } from 'vitest'
import type { BackendName } from '../backends/backend.ts'
import { backendReports, chooseBackend } from '../backends/choose.ts'

const reports = await backendReports()
const available = reports.filter(report => report.available).map(report => report.name)
const tensorflow = reports.find(report => report.name === 'tensorflow')!

/** Runs the same tests on every backend that this machine has. */
export function onEveryBackend(tests: (backend: BackendName) => void): void {
  describe.each(available)('on %s', backend => {
    beforeAll(async () => {
      await chooseBackend(backend)
    })
    tests(backend)
  })
  // A line in the report that says what was not tested, and a failure where it was to be.
  if (tensorflow.available) return
  const what = `on tensorflow: ${tensorflow.reason}; ${tensorflow.advice}`
  if (process.env.SLUICE_REQUIRE_TENSORFLOW) throw new Error(what)
  test.skip(what, () => {})
}
