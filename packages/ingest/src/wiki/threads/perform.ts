import { setImmediate } from 'node:timers/promises'
import { blockDecoder, type PackedBlock } from '../../bzip2/decoder.ts'
import { BlockFault } from '../../bzip2/fault.ts'
import { type ChunkPages, chunkReader, type PageOptions } from '../pages.ts'
import type { Site } from '../xml/site.ts'
import type { BlockReply, Reply, Request } from './messages.ts'

/** Makes the function that pages are read with. What it needs for a site is kept while the site is the same. */
export function pageReader(): (chunk: Uint8Array, site: Site, options: PageOptions) => ChunkPages {
  let key = ''
  let read: ReturnType<typeof chunkReader> | undefined
  return (chunk, site, options) => {
    const asked = JSON.stringify([site, options])
    if (read === undefined || asked !== key) read = chunkReader(site, options)
    key = asked
    return read(chunk)
  }
}

/** An answer, and what of it can be handed over instead of copied. */
interface Answer {
  readonly reply: Reply
  readonly handOver: ArrayBuffer[]
}

/**
 * Makes the function that does what a thread is asked. Pages come first: blocks are decoded in small steps between them, for what
 * is read is wanted sooner than what will be.
 */
export function performer(): (request: Request) => Promise<Answer> {
  const decode = blockDecoder()
  const readPages = pageReader()
  let before: Promise<unknown> = Promise.resolve()

  async function decoded(id: number, blocks: readonly PackedBlock[]): Promise<Answer> {
    const steps = decode(blocks)
    let step = steps.next()
    while (!step.done) {
      await setImmediate()
      step = steps.next()
    }
    const replies = step.value.map(
      (block): BlockReply => (block instanceof BlockFault ? { fault: block.message, short: block.short } : block),
    )
    const handOver = replies.flatMap(block => ('fault' in block ? [] : [block.content.bytes.buffer]))
    return { reply: { id, blocks: replies }, handOver }
  }

  return async request => {
    const { id } = request
    if (request.kind === 'pages') {
      const pages = readPages(request.chunk, request.site, request.options)
      return { reply: { id, pages }, handOver: [pages.texts.buffer] }
    }
    // One after the other: they share the decoder's memory.
    const answer = before.then(() => decoded(id, request.blocks))
    before = answer
    return answer
  }
}
