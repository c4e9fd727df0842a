import { Worker } from 'node:worker_threads'
import { SluiceError } from '@sluice/pipeline'
import type { Article } from './article.ts'
import { workerEntry } from './entry.ts'
import { BadPage, type Extractor, inlineExtractor, type PageContent } from './extract.ts'
import type { PageReply, PageRequest } from './messages.ts'

export interface ExtractorOptions {
  readonly content: PageContent
  /** Threads beside the caller's. 0, or code that is run from TypeScript sources: the caller's thread does it all. */
  readonly threads: number
  /** Program of the threads; for tests. */
  readonly entry?: URL | undefined
}

/** Milliseconds after the last file that threads are kept for the next one. */
const idle = 1000

/**
 * Makes extractors that share threads. These start with the first page and end a while after the last extractor was closed. Results do
 * not depend on how many there are.
 */
export function extractors(options: ExtractorOptions): () => Extractor {
  const { content, threads, entry = workerEntry() } = options
  if (threads === 0 || entry === undefined) return () => inlineExtractor(content)
  let pool: PageThread[] = []
  let users = 0
  let ending: NodeJS.Timeout | undefined

  function end(): void {
    for (const thread of pool) thread.close()
    pool = []
  }
  /** The thread that has the least to do. They start one by one, as there is work for them. */
  function next(): PageThread {
    const free = pool.find(thread => thread.waiting === 0)
    if (free) return free
    if (pool.length < threads) {
      const started = pageThread(entry!, content)
      pool.push(started)
      return started
    }
    return pool.reduce((a, b) => (b.waiting < a.waiting ? b : a))
  }

  return () => {
    users++
    clearTimeout(ending)
    let open = true
    return {
      // One in hand and one waiting, for each thread.
      parallel: 2 * threads,
      extract: html => next().extract(html),
      async close() {
        if (!open) return
        open = false
        users--
        if (users === 0) ending = setTimeout(end, idle).unref()
      },
    }
  }
}

interface PageThread {
  /** Pages not answered yet. */
  readonly waiting: number
  extract(html: string): Promise<Article | undefined>
  close(): void
}

function pageThread(entry: URL, content: PageContent): PageThread {
  const worker = new Worker(entry, { workerData: { content } })
  // A thread with nothing to do does not keep the process alive.
  worker.unref()
  const pages = new Map<number, { resolve(article: Article | undefined): void; reject(error: unknown): void }>()
  let sent = 0
  let ended: SluiceError | undefined
  const end = (message: string, cause?: unknown): void => {
    ended ??= new SluiceError(message, { cause })
    for (const { reject } of pages.values()) reject(ended)
    pages.clear()
  }
  worker.on('message', (reply: PageReply) => {
    const page = pages.get(reply.id)
    pages.delete(reply.id)
    if (pages.size === 0) worker.unref()
    if ('bad' in reply) page?.reject(new BadPage(reply.bad))
    else page?.resolve(reply.article)
  })
  worker.on('error', cause => end(`a thread that extracts articles failed: ${cause.message}`, cause))
  worker.on('exit', code => end(`a thread that extracts articles ended with exit code ${code}`))
  return {
    get waiting() {
      return pages.size
    },
    extract(html) {
      if (ended) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        const id = sent++
        pages.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ id, html } satisfies PageRequest)
      })
    },
    close() {
      end('the threads that extract articles have been closed')
      void worker.terminate()
    },
  }
}
