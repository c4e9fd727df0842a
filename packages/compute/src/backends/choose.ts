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
 * @param options for whichever backend it comes to, or by its name: some can be told only once, when they start
 * @throws ConfigError if the backend that was asked for is not available here, with the reason and what to do
 */
export async function chooseBackend(
  choice: 'auto' | BackendName,
  options: BackendOptions | ((name: BackendName) => BackendOptions) = {},
): Promise<Choice> {
  const optionsFor = typeof options === 'function' ? options : () => options
  if (choice !== 'auto') {
    const candidate = named(choice)
    const report = await candidate.report(optionsFor(choice))
    if (!report.available) {
      throw new ConfigError(`the backend "${choice}" cannot be used here: ${report.reason}`, {
        advice: [report.advice, '"auto" takes the best there is'].filter(Boolean).join(', or: '),
      })
    }
    return { backend: await candidate.start(optionsFor(choice)), reports: [report] }
  }
  const reports: BackendReport[] = []
  for (const candidate of candidates) {
    const report = await candidate.report(optionsFor(candidate.name))
    const passedOver = report.available ? candidate.passedOver?.() : undefined
    reports.push(passedOver ? { ...report, reason: passedOver } : report)
    if (report.available && !passedOver) return { backend: await candidate.start(optionsFor(candidate.name)), reports }
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
