// The thread that answers questions: see `asking`.
import { serve } from '@sluice/pipeline'
import type { OpenRunOptions } from '@sluice/recipe'
import { type AskedOf, answering, type Stop } from './answering.ts'

await serve((options: OpenRunOptions) => {
  const questions = answering(options)
  return async (asked: AskedOf | Stop) => {
    if ('stop' in asked) {
      questions.stop(asked.stop)
      return { answer: undefined }
    }
    const answer = await questions.ask(asked)
    return { answer, handOver: [answer.buffer] }
  }
})
