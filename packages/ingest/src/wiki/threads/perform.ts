import { blockDecoder } from '../../bzip2/decoder.ts'
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

/** Makes the function that does what a thread is asked, and says what of the answer can be handed over instead of copied. */
export function performer(): (request: Request) => { reply: Reply; handOver: ArrayBuffer[] } {
  const decode = blockDecoder()
  const readPages = pageReader()
  return request => {
    const { id } = request
    if (request.kind === 'pages') {
      const pages = readPages(request.chunk, request.site, request.options)
      return { reply: { id, pages }, handOver: [pages.texts.buffer] }
    }
    const steps = decode(request.blocks)
    let step = steps.next()
    while (!step.done) step = steps.next()
    const blocks = step.value.map(
      (block): BlockReply => (block instanceof BlockFault ? { fault: block.message, short: block.short } : block),
    )
    return {
      reply: { id, blocks },
      handOver: blocks.flatMap(block => ('fault' in block ? [] : [block.content.bytes.buffer])),
    }
  }
}
