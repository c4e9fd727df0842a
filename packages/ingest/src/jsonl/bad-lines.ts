import { DataError } from '@sluice/pipeline'
import type { CorpusFile } from '../path/corpus-file.ts'
import type { ReaderContext } from '../source/files-source.ts'
import type { BadRecord } from './records.ts'

const badLine = ['bad line', 'bad lines'] as const

/**
 * What becomes of a bad line: `'error'` ends the reading with its place; `'skip'` counts it, and tells of the first in each file.
 */
export function badLines(
  file: CorpusFile,
  context: ReaderContext,
  policy: 'error' | 'skip',
): (bad: BadRecord, line: number, byte: number) => void {
  let told = false
  return (bad, line, byte) => {
    const place = `line ${line}, byte ${byte}`
    if (policy === 'error') {
      const advice = bad.advice ?? 'mend the line, or set "onError": "skip"'
      throw new DataError(bad.message, { file: file.name, place, advice, cause: bad.cause })
    }
    context.leaveOut(badLine)
    if (!told) context.warn(`${file.name}: ${place}: ${bad.message}; such lines are left out`)
    told = true
  }
}
