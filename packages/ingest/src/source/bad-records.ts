import { DataError } from '@sluice/pipeline'
import { BadRecord } from '../jsonl/records.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import type { ReaderContext } from './files-source.ts'
import type { Reason } from './left-out.ts'

/** What a record that cannot be read does. */
export type OnError = 'error' | 'skip'

const badRecord: Reason = ['bad record', 'bad records']

/**
 * What becomes of a bad record: `'error'` ends the reading with its place; `'skip'` counts it, and tells of the first in each file.
 *
 * @param advice what to do about such records, besides leaving them out
 */
export function badRecords(
  file: CorpusFile,
  context: ReaderContext,
  policy: OnError,
  advice = 'mend the file',
): (message: string, place: string, cause?: unknown) => void {
  let told = false
  return (message, place, cause) => {
    if (policy === 'error') {
      if (cause instanceof DataError) throw cause
      // A record that is whole and lacks something says itself what helps.
      const own = cause instanceof BadRecord ? cause.advice : undefined
      const what = own ?? `${advice}, or set "onError": "skip"`
      throw new DataError(message, { file: file.name, place, advice: what, cause })
    }
    context.leaveOut(badRecord)
    if (!told) context.warn(`${file.name}: ${place}: ${message}; such records are left out`)
    told = true
  }
}
