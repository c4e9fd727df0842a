// A thread's program. Started as built JavaScript only (`entry.ts`).
import { parentPort } from 'node:worker_threads'
import type { Request } from './messages.ts'
import { performer } from './perform.ts'

const perform = performer()

parentPort!.on('message', (request: Request) => {
  const { reply, handOver } = perform(request)
  parentPort!.postMessage(reply, handOver)
})
