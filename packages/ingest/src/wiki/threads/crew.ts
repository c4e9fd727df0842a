import type { DecodeBlocks } from '../../bzip2/blocks.ts'
import { decodeHere } from '../../bzip2/bunzip2.ts'
import { BlockFault } from '../../bzip2/fault.ts'
import { breather } from '../../source/breathe.ts'
import type { ChunkPages, PageOptions } from '../pages.ts'
import type { Site } from '../xml/site.ts'
import { workerEntry } from './entry.ts'
import type { Reply, Task } from './messages.ts'
import { pageReader } from './perform.ts'
import { startThread, type Thread } from './thread.ts'

/** Who decodes blocks and reads pages. Results do not depend on who does. */
export interface Crew {
  /** Calls of `decode` that may be under way at once. */
  readonly parallel: number
  /** Calls of `read` that may. */
  readonly parallelPages: number
  readonly decode: DecodeBlocks
  /** Takes the chunk's memory. */
  read(chunk: Uint8Array<ArrayBuffer>, site: Site, options: PageOptions): Promise<ChunkPages>
  close(): void
}

export interface CrewOptions {
  /** Threads beside the caller's. 0, or code that is run from TypeScript sources: the caller's thread does it all. */
  readonly threads: number
  /** Program of the threads; for tests. */
  readonly entry?: URL | undefined
}

/** Milliseconds after the last file that threads are kept for the next one. */
const idle = 1000

/** Makes crews that share threads. These start when there is work for them, and end a while after the last crew was closed. */
export function crews({ threads, entry = workerEntry() }: CrewOptions): () => Crew {
  if (threads === 0 || entry === undefined) return crewOfOne
  let pool: Thread[] = []
  let users = 0
  let ending: NodeJS.Timeout | undefined

  function next(): Thread {
    const free = pool.find(thread => thread.waiting === 0)
    if (free) return free
    if (pool.length < threads) {
      const started = startThread(entry!)
      pool.push(started)
      return started
    }
    return pool.reduce((a, b) => (b.waiting < a.waiting ? b : a))
  }
  const ask = (task: Task, handOver: ArrayBuffer[]): Promise<Reply> => next().ask(task, handOver)

  return () => {
    users++
    clearTimeout(ending)
    let open = true
    return {
      parallel: threads + 1,
      parallelPages: 4 * threads,
      async decode(blocks) {
        const reply = await ask({ kind: 'blocks', blocks }, [])
        if (!('blocks' in reply)) throw new TypeError('a thread answered another question')
        return reply.blocks.map(block => ('fault' in block ? new BlockFault(block.fault, block.short) : block))
      },
      async read(chunk, site, options) {
        const reply = await ask({ kind: 'pages', chunk, site, options }, [chunk.buffer])
        if (!('pages' in reply)) throw new TypeError('a thread answered another question')
        return reply.pages
      },
      close() {
        if (!open) return
        open = false
        users--
        if (users > 0) return
        ending = setTimeout(() => {
          for (const thread of pool) thread.close()
          pool = []
        }, idle).unref()
      },
    }
  }
}

/** The caller's thread, which lets others have it between two chunks. */
function crewOfOne(): Crew {
  const readPages = pageReader()
  const breathe = breather()
  let decode: DecodeBlocks | undefined
  return {
    parallel: 1,
    parallelPages: 1,
    decode(blocks) {
      decode ??= decodeHere()
      return decode(blocks)
    },
    async read(chunk, site, options) {
      await breathe()
      return readPages(chunk, site, options)
    },
    close() {},
  }
}
