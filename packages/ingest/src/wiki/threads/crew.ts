import { builtProgram, crew, sharedCrew, type ThreadProgram } from '@sluice/pipeline'
import type { DecodeBlocks } from '../../bzip2/blocks.ts'
import { decodeHere } from '../../bzip2/bunzip2.ts'
import { BlockFault } from '../../bzip2/fault.ts'
import { breather } from '../../source/breathe.ts'
import type { ChunkPages, PageOptions } from '../pages.ts'
import type { Site } from '../xml/site.ts'
import type { Reply, Task } from './messages.ts'
import { pageReader } from './perform.ts'

/** Who decodes blocks and reads pages. Results do not depend on who does. */
export interface Crew {
  /** Calls of `decode` that may be under way at once. */
  readonly parallel: number
  /** Calls of `read` that may. */
  readonly parallelPages: number
  readonly decode: DecodeBlocks
  /** Takes the chunk's memory; the texts come back in it, as a rule. */
  read(chunk: Uint8Array<ArrayBuffer>, site: Site, options: PageOptions): Promise<ChunkPages>
  close(): void
}

export interface CrewOptions {
  /** Threads beside the caller's. 0, or code that is run from TypeScript sources: the caller's thread does it all. */
  readonly threads: number
  /** Of the threads; for tests. */
  readonly program?: ThreadProgram | undefined
}

/**
 * Megabytes of a thread's heap for objects that are young. What it holds for long lies outside of the heap, and what it makes of a
 * chunk is gone with the answer, so there is next to nothing to copy when it collects; V8 by itself would let that grow to 48 in each
 * thread, over the first gigabyte of a dump.
 */
const youngMegabytes = 3

/** How many times as long as a chunk's pages a block takes: 15 ms beside 4. Were they one to the crew, threads would stand idle. */
const blockWeight = 4

/** Makes crews that share threads. */
export function crews({ threads, program = builtProgram(import.meta.url, './worker') }: CrewOptions): () => Crew {
  if (threads === 0 || program === undefined) return crewOfOne
  const open = sharedCrew(() => crew({ name: 'a thread that reads dumps', program, threads, youngMegabytes }))
  return () => {
    const { ask, close } = open()
    const perform = (task: Task, weight: number, handOver: ArrayBuffer[]): Promise<Reply> =>
      ask(() => ({ ask: task, handOver, weight }))
    return {
      // One for each thread, one whose blocks are being read, and one more: who reads them comes late where threads take every core.
      parallel: threads + 2,
      parallelPages: 4 * threads,
      async decode(blocks, spare) {
        const reply = await perform({ kind: 'blocks', blocks, spare }, blocks.length * blockWeight, spare)
        if (!('blocks' in reply)) throw new TypeError('a thread answered another question')
        return reply.blocks.map(block => ('fault' in block ? new BlockFault(block.fault, block.short) : block))
      },
      async read(chunk, site, options) {
        const reply = await perform({ kind: 'pages', chunk, site, options }, 1, [chunk.buffer])
        if (!('pages' in reply)) throw new TypeError('a thread answered another question')
        return reply.pages
      },
      close: () => void close(),
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
    decode(blocks, spare) {
      decode ??= decodeHere()
      return decode(blocks, spare)
    },
    async read(chunk, site, options) {
      await breathe()
      return readPages(chunk, site, options)
    },
    close() {},
  }
}
