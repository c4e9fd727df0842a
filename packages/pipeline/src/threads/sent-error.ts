import {
  ConfigError,
  DataError,
  type Fault,
  SchemaError,
  SluiceError,
  StateError,
  StorageError,
  TrainingError,
} from '../errors.ts'

/** An error on its way from one thread to another: as it is cloned, it would lose its class and what it says beside its message. */
export interface SentError extends Pick<Fault, 'stage' | 'file' | 'place' | 'advice'> {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** Of what the operating system refused: `ENOSPC` and `write`. */
  readonly code?: string
  readonly syscall?: string
  readonly cause?: SentError
}

const classes = { ConfigError, DataError, SchemaError, StateError, StorageError, TrainingError, SluiceError }
const members = ['stack', 'stage', 'file', 'place', 'advice', 'code', 'syscall'] as const

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const own = error as Error & Partial<Record<(typeof members)[number], unknown>>
  const told = members.flatMap(member => (typeof own[member] === 'string' ? [[member, own[member]]] : []))
  return {
    name: error.name,
    message: error.message,
    ...Object.fromEntries(told),
    ...(error.cause === undefined ? {} : { cause: sentError(error.cause) }),
  }
}

/** The error as it was thrown there, of the same class. */
export function rebuiltError({ name, message, stack, cause, code, syscall, ...fault }: SentError): Error {
  const Class = classes[name as keyof typeof classes]
  const why = cause && rebuiltError(cause)
  const error = Class
    ? new Class(message, why ? { ...fault, cause: why } : fault)
    : Object.assign(new Error(message, why && { cause: why }), { name, code, syscall })
  if (stack !== undefined) error.stack = stack
  return error
}
