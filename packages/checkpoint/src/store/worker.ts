// The thread that writes checkpoints: see `writerBeside`.
import { serve } from '@sluice/pipeline'
import { nodeFiles } from '../files/node.ts'
import type { ContentMessage } from './messages.ts'
import { writerHere } from './writer.ts'

await serve(() => {
  const writer = writerHere(nodeFiles)
  return async ({ dir, content, keep, early, best }: ContentMessage) => ({
    answer: await writer.write(dir, content, { keep, early: new Set(early), best }),
  })
})
