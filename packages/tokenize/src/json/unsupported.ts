import { DataError, type Fault } from '@sluice/pipeline'

const found = new WeakSet<Error>()

/** A tokenizer.json that is sound, as far as it was looked at, but of a kind that is not ours: another program may run it. */
export function unsupported(message: string, fault: Fault): DataError {
  const error = new DataError(message, fault)
  found.add(error)
  return error
}

export function isUnsupported(error: unknown): error is DataError {
  return found.has(error as Error)
}
