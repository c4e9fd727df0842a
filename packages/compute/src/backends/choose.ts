import { ConfigError, nearest } from '@sluice/pipeline'
import type { Backend, BackendName, BackendOptions, BackendReport, Candidate } from './backend.ts'
import { cpu } from './cpu.ts'
import { native } from './native.ts'
import { tensorflow } from './tensorflow.ts'
import { wasm } from './wasm.ts'

/** In the order in which 'auto' tries them. */
const candidates: readonly Candidate[] = [tensorflow, native, wasm, cpu]

/** What was chosen, and a report on each backend that was looked at, the chosen one last. */
export interface Choice {
  readonly backend: Backend
  readonly reports: readonly BackendReport[]
}

/**
 * Makes a backend tfjs's. 'auto' takes the first of: tensorflow if it sees a GPU, native, wasm, cpu.
 *
 * @throws ConfigError if the backend that was asked for is not available here, with the reason and what to do
 */
export async function chooseBackend(choice: 'auto' | BackendName, options: BackendOptions = {}): Promise<Choice> {
  if (choice !== 'auto') {
    const candidate = named(choice)
    const report = await candidate.report(options)
    if (!report.available) {
      throw new ConfigError(`the backend "${choice}" cannot be used here: ${report.reason}`, {
        advice: [report.advice, '"auto" takes the best there is'].filter(Boolean).join(', or: '),
      })
    }
    return { backend: await candidate.start(options), reports: [report] }
  }
  const reports: BackendReport[] = []
  for (const candidate of candidates) {
    const report = await candidate.report(options)
    const passedOver = report.available ? candidate.passedOver?.() : undefined
    reports.push(passedOver ? { ...report, reason: passedOver } : report)
    if (report.available && !passedOver) return { backend: await candidate.start(options), reports }
  }
  throw new ConfigError('no backend can be used here')
}

/** What there is on this machine, in the order in which 'auto' tries them. */
export function backendReports(options: BackendOptions = {}): Promise<BackendReport[]> {
  return Promise.all(candidates.map(candidate => candidate.report(options)))
}

function named(choice: string): Candidate {
  const found = candidates.find(candidate => candidate.name === choice)
  if (found) return found
  const names = ['auto', ...candidates.map(candidate => candidate.name)]
  const near = nearest(choice, names)
  throw new ConfigError(`no backend is called "${choice}"`, {
    advice: near ? `did you mean "${near}"?` : `known: ${names.join(', ')}`,
  })
}
