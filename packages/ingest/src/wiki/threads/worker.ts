// A thread's program. Started as built JavaScript only (`entry.ts`).
import { parentPort } from 'node:worker_threads'
import type { Request } from './messages.ts'
import { performer } from './perform.ts'

const perform = performer()

parentPort!.on('message', (request: Request) => {
  // A failure is the thread's end, which is told to those who wait.
  void perform(request).then(({ reply, handOver }) => parentPort!.postMessage(reply, handOver))
})
