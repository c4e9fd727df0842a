// A worker's program: makes text of the pages that it is sent. Started as built JavaScript only (`entry.ts`).
import { parentPort, workerData } from 'node:worker_threads'
import { BadPage, extractPage, type PageContent } from './extract.ts'
import type { PageReply, PageRequest } from './messages.ts'

const { content } = workerData as { content: PageContent }

parentPort!.on('message', ({ id, html }: PageRequest) => {
  extractPage(html, content)
    .then((article): PageReply => ({ id, article }))
    .catch((error: unknown): PageReply => {
      if (error instanceof BadPage) return { id, bad: error.message }
      throw error
    })
    .then(reply => parentPort!.postMessage(reply))
})
