import { type Backend, type BackendReport, backendReports, chooseBackend } from '@sluice/compute'

/** What this machine can compute with, and what `auto` takes of it. */
export async function inspectBackends(): Promise<{ chosen: Backend; reports: readonly BackendReport[] }> {
  const { backend, reports: seen } = await chooseBackend('auto')
  // The choice says of those it passed over why; it stops at the one it takes.
  const reasons = new Map(seen.map(report => [report.name, report]))
  const reports = (await backendReports()).map(report => reasons.get(report.name) ?? report)
  return { chosen: backend, reports }
}
