// A worker's program: encodes what it is sent. Started as built JavaScript only (`entry.ts`).
import { parentPort, workerData } from 'node:worker_threads'
import { loadAnyTokenizer } from '../foreign/load.ts'
import { Ids } from '../tables/ids.ts'
import { encodeTexts } from './encode-texts.ts'
import type { EncoderStart, Reply, Utf8Texts } from './messages.ts'

const { tokenizer: json, endOfText } = workerData as EncoderStart
const ids = new Ids()
const tokenizer = await loadAnyTokenizer(JSON.parse(json), { endOfText })

parentPort!.on('message', (texts: Utf8Texts) => {
  try {
    const reply: Reply = encodeTexts(tokenizer, texts, ids)
    parentPort!.postMessage(reply, [reply.ids.buffer, reply.offsets.buffer])
  } catch (error) {
    const { name, message, stack = '' } = error as Error
    parentPort!.postMessage({ error: { name, message, stack } } satisfies Reply)
  }
})
