// A worker's program: encodes what it is sent.
import { serve } from '@sluice/pipeline'
import { Ids } from '../tables/ids.ts'
import { encodeTexts } from './encode-texts.ts'
import type { Utf8Texts } from './messages.ts'
import { receivedTokenizer, type SentTokenizer } from './sent-tokenizer.ts'

await serve(async (sent: SentTokenizer) => {
  const ids = new Ids()
  const tokenizer = await receivedTokenizer(sent)
  return (texts: Utf8Texts) => {
    const answer = encodeTexts(tokenizer, texts, ids)
    return { answer, handOver: [answer.ids.buffer, answer.offsets.buffer] }
  }
})
