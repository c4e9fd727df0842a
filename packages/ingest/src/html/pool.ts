import { builtProgram, crew, sharedCrew, type ThreadProgram } from '@sluice/pipeline'
import { BadPage, type Extractor, inlineExtractor, type PageContent } from './extract.ts'
import type { PageAnswer } from './messages.ts'

export interface ExtractorOptions {
  readonly content: PageContent
  /** Threads beside the caller's. 0, or code that is run from TypeScript sources: the caller's thread does it all. */
  readonly threads: number
  /** Of the threads; for tests. */
  readonly program?: ThreadProgram | undefined
}

/** A page whose thread has ended is extracted anew, so often. */
const retries = 1

/** Makes extractors that share threads. Results do not depend on how many there are. */
export function extractors(options: ExtractorOptions): () => Extractor {
  const { content, threads, program = builtProgram(import.meta.url, './worker') } = options
  if (threads === 0 || program === undefined) return () => inlineExtractor(content)
  const started = { content }
  const open = sharedCrew(() => crew({ name: 'a thread that extracts articles', program, threads, started, retries }))
  return () => {
    const { ask, close } = open()
    return {
      // One in hand and one waiting, for each thread.
      parallel: 2 * threads,
      async extract(html) {
        const answer: PageAnswer = await ask(() => ({ ask: html }))
        if ('bad' in answer) throw new BadPage(answer.bad)
        return answer.article
      },
      close,
    }
  }
}
