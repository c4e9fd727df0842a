// A worker's program: makes text of the pages that it is sent.
import { serve } from '@sluice/pipeline'
import { BadPage, extractPage, type PageContent } from './extract.ts'
import type { PageAnswer } from './messages.ts'

await serve(({ content }: { content: PageContent }) => async (html: string): Promise<{ answer: PageAnswer }> => {
  try {
    return { answer: { article: await extractPage(html, content) } }
  } catch (error) {
    if (error instanceof BadPage) return { answer: { bad: error.message } }
    throw error
  }
})
