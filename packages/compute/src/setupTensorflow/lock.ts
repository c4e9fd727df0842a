import { StateError, takeLock } from '@sluice/pipeline'

/** @throws StateError while another process sets up or removes something */
export function lockFolder(folder: string): () => void {
  try {
    return takeLock(folder)
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause
    const message = cause.message.replace("the run's folder is in use by", 'TensorFlow is being set up by')
    throw new StateError(message, {
      ...{ stage: 'tensorflow', file: folder, cause },
      ...(cause.advice === undefined ? {} : { advice: cause.advice }),
    })
  }
}
