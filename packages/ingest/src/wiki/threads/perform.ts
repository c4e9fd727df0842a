import { setImmediate } from 'node:timers/promises'
import type { Answer } from '@sluice/pipeline'
import { blockDecoder, type PackedBlock } from '../../bzip2/decoder.ts'
import { BlockFault } from '../../bzip2/fault.ts'
import { type ChunkPages, chunkReader, type PageOptions } from '../pages.ts'
import type { Site } from '../xml/site.ts'
import type { BlockReply, Reply, Task } from './messages.ts'

/** Makes the function that pages are read with. What it needs for a site is kept while the site is the same. */
export function pageReader(): (chunk: Uint8Array<ArrayBuffer>, site: Site, options: PageOptions) => ChunkPages {
  let key = ''
  let read: ReturnType<typeof chunkReader> | undefined
  return (chunk, site, options) => {
    const asked = JSON.stringify([site, options])
    if (read === undefined || asked !== key) read = chunkReader(site, options)
    key = asked
    return read(chunk)
  }
}

type Answered = Answer & { readonly answer: Reply }

/**
 * Makes the function that does what a thread is asked. Pages come first: blocks are decoded in small steps between them, for what
 * is read is wanted sooner than what will be.
 */
export function performer(): (task: Task) => Promise<Answered> {
  const decode = blockDecoder()
  const readPages = pageReader()
  let before: Promise<unknown> = Promise.resolve()

  async function decoded(blocks: readonly PackedBlock[], spare: ArrayBuffer[]): Promise<Answered> {
    const steps = decode(blocks, spare)
    let step = steps.next()
    while (!step.done) {
      await setImmediate()
      step = steps.next()
    }
    const replies = step.value.map(
      (block): BlockReply => (block instanceof BlockFault ? { fault: block.message, short: block.short } : block),
    )
    const handOver = replies.flatMap(block => ('fault' in block ? [] : [block.content.bytes.buffer]))
    return { answer: { blocks: replies }, handOver }
  }

  return async task => {
    if (task.kind === 'pages') {
      const pages = readPages(task.chunk, task.site, task.options)
      return { answer: { pages }, handOver: [pages.texts.buffer] }
    }
    // One after the other: they share the decoder's memory.
    const answer = before.then(() => decoded(task.blocks, task.spare))
    // Whatever was wrong with these is nothing to those after them, which may be another source's.
    before = answer.catch(() => {})
    return answer
  }
}
