import { SluiceError, StorageError } from '../errors.ts'

/**
 * The error with the name of the stage, source or sink it came from. One of ours gets the name if it has none; any other
 * becomes the cause of one of ours: what the operating system refused is a `StorageError`.
 */
export function atStage(error: unknown, stage: string): SluiceError {
  if (error instanceof SluiceError) {
    if (error.stage === undefined) Object.defineProperty(error, 'stage', { value: stage, enumerable: true })
    return error
  }
  if (!(error instanceof Error)) return new SluiceError(`threw ${String(error)}`, { stage, cause: error })
  const system = error as NodeJS.ErrnoException
  if (typeof system.syscall === 'string' && typeof system.code === 'string') {
    return new StorageError(system.message, { stage, cause: error })
  }
  const message = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  return new SluiceError(message, { stage, cause: error })
}
