import { beforeAll, describe } from 'vitest'
import type { BackendName } from '../backends/backend.ts'
import { backendReports, chooseBackend } from '../backends/choose.ts'

const available = (await backendReports()).filter(report => report.available).map(report => report.name)

/** Runs the same tests on every backend that this machine has. */
export function onEveryBackend(tests: (backend: BackendName) => void): void {
  describe.each(available)('on %s', backend => {
    beforeAll(async () => {
      await chooseBackend(backend)
    })
    tests(backend)
  })
}
