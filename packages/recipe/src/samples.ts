import { writeFile } from 'node:fs/promises'
import type { RunEvent } from '@sluice/pipeline'

type Sample = Extract<RunEvent, { type: 'sample' }>

/** samples.txt: what the model wrote as it learned, one after the other. */
export function samplesFile(path: string, before: readonly Sample[]) {
  const samples = [...before]
  let written: Promise<void> = Promise.resolve()
  return {
    add(sample: Sample): void {
      samples.push(sample)
      const text = samples.map(({ step, prompt, text }) => `── step ${step} ──\n${prompt}${text}\n`).join('\n')
      // One after the other, so that an older text never overwrites a newer one.
      written = written.then(() => writeFile(path, text))
      written.catch(() => {})
    },
    close: () => written,
  }
}
