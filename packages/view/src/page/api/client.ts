import type { QuestionName, Questions } from '@sluice/recipe/inspect'
import type { Refusal } from '../../protocol.ts'
import { reviveTyped } from './typed.ts'

/** What the server answered instead of an answer. */
export class Refused extends Error {
  readonly advice: string | undefined
  /** The run is under way, and the question takes its model. */
  readonly training: boolean

  constructor({ message, advice, reason }: Refusal['error']) {
    super(message)
    this.name = 'Refused'
    this.advice = advice
    this.training = reason === 'training'
  }
}

export interface AskOptions {
  /** Id of the run. */
  readonly run: string
  /** Ask though the run is under way. */
  readonly whileTraining?: boolean
  readonly signal?: AbortSignal
}

/** Asks the server a question of a run. Typed arrays come as such. @throws Refused */
export async function ask<N extends QuestionName>(
  name: N,
  params: Questions[N]['params'],
  { run, whileTraining = false, signal }: AskOptions,
): Promise<Questions[N]['result']> {
  const search = new URLSearchParams({ run, ...(whileTraining ? { while: 'training' } : {}) })
  const response = await fetch(`/api/inspect/${name}?${search}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/vnd.sluice.typed+json' },
    body: JSON.stringify(params),
    ...(signal ? { signal } : {}),
  })
  return read(response)
}

export async function get<T>(path: string): Promise<T> {
  return read(await fetch(path))
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (response.ok) return JSON.parse(text, reviveTyped) as T
  let error: Refusal['error']
  try {
    error = (JSON.parse(text) as Refusal).error
  } catch {
    error = { message: text.trim() || `the server answered ${response.status}` }
  }
  throw new Refused(error)
}
