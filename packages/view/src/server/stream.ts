import type { ServerResponse } from 'node:http'
import type { PageState, WatchedRun } from './watch/watch-run.ts'

/** Milliseconds between two looks at the files, while somebody watches. */
const often = 500
/** Looks without news after which a line is sent all the same, so that a dead connection is noticed. */
const silence = 40
/** Bytes that may wait for a slow page: what comes meanwhile is told together later. */
const waiting = 1 << 20
const mostPages = 32

export interface Streams {
  /** Sends what is known of runs, then what changes, as server-sent events. @returns false where there are too many pages */
  open(response: ServerResponse, runs: readonly WatchedRun[]): boolean
  close(): void
}

/** Files are read while pages watch, and only then; once for all pages. */
export function streams(): Streams {
  const pages = new Map<ServerResponse, { runs: readonly WatchedRun[]; told: Map<string, PageState>; quiet: number }>()
  let timer: NodeJS.Timeout | undefined

  const round = () => {
    timer = undefined
    const runs = new Set([...pages.values()].flatMap(page => page.runs))
    let more = false
    for (const run of runs) if (run.look()) more = true
    for (const [response, page] of pages) send(response, page)
    if (pages.size > 0) timer = setTimeout(round, more ? 0 : often)
  }
  const send = (
    response: ServerResponse,
    page: { runs: readonly WatchedRun[]; told: Map<string, PageState>; quiet: number },
  ) => {
    if (response.writableLength > waiting) return
    page.quiet++
    for (const run of page.runs) {
      const news = run.message(page.told.get(run.id))
      if (!news) continue
      page.told.set(run.id, news.state)
      page.quiet = 0
      response.write(`data: ${JSON.stringify(news.message)}\n\n`)
    }
    if (page.quiet < silence) return
    page.quiet = 0
    response.write(': still here\n\n')
  }
  return {
    open(response, runs) {
      if (pages.size >= mostPages) return false
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      })
      response.write('retry: 1000\n\n')
      pages.set(response, { runs, told: new Map(), quiet: 0 })
      response.on('close', () => pages.delete(response))
      clearTimeout(timer)
      timer = setTimeout(round, 0)
      return true
    },
    close() {
      clearTimeout(timer)
      for (const response of pages.keys()) response.end()
      pages.clear()
    },
  }
}
