// The thread that writes checkpoints: see `writerBeside`.
import { parentPort } from 'node:worker_threads'
import { nodeFiles } from '../files/node.ts'
import { type ContentMessage, sentError, type WriterReply } from './messages.ts'
import { writerHere } from './writer.ts'

const port = parentPort
if (!port) throw new Error('this module is the entry of a worker thread')
const writer = writerHere(nodeFiles)

port.on('message', async ({ dir, content, keep, early, best }: ContentMessage) => {
  const reply = (message: WriterReply) => port.postMessage(message)
  try {
    reply({ written: await writer.write(dir, content, { keep, early: new Set(early), best }) })
  } catch (error) {
    reply({ error: sentError(error) })
  }
})
