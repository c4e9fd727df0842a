import type { RunEvent, StageCounters } from '@sluice/pipeline'
import type { Baselines, EvaluationPoint, MetricPoint, ReportData, SamplePoint } from './data.ts'

/** What of a report the events of a run tell. */
export type Told = Pick<ReportData, 'metrics' | 'evaluations' | 'samples' | 'stages'> & { baselines?: Baselines }

/** Gathers curves, samples and counters from events, of metrics.jsonl or as they come. Of a step told twice the later counts. */
export function gather(events: Iterable<RunEvent>): Told {
  const metrics = new Map<number, MetricPoint>()
  const evaluations = new Map<number, EvaluationPoint>()
  const samples = new Map<string, SamplePoint>()
  let stages: readonly StageCounters[] = []
  let baselines: Baselines | undefined
  for (const event of events) {
    if (event.type === 'metric') metrics.set(event.step, { ...event.values, step: event.step })
    else if (event.type === 'sample') {
      const { step, prompt, text } = event
      samples.set(JSON.stringify([step, prompt]), { step, prompt, text })
    } else if (event.type === 'finished' || event.type === 'progress') stages = event.counters
    else if (event.type === 'evaluation') {
      const { loss, perplexity, bits_per_byte, uniform, unigram, bigram } = event.values
      if (loss !== undefined && perplexity !== undefined) {
        const bits = bits_per_byte === undefined ? {} : { bits_per_byte }
        evaluations.set(event.step, { step: event.step, loss, perplexity, ...bits })
      }
      if (uniform !== undefined && unigram !== undefined && bigram !== undefined) {
        baselines = { uniform, unigram, bigram }
      }
    }
  }
  const inOrder = <T extends { step: number }>(points: Map<unknown, T>) =>
    [...points.values()].sort((a, b) => a.step - b.step)
  return {
    metrics: inOrder(metrics),
    evaluations: inOrder(evaluations),
    samples: inOrder(samples),
    stages,
    ...(baselines ? { baselines } : {}),
  }
}
