import type { Json, MemoryUse, RunEvent, StageCounters } from '@sluice/pipeline'
import type {
  Baselines,
  EvaluationPoint,
  MetricPoint,
  RefinedPoint,
  ReportData,
  SamplePoint,
  SourcePoint,
} from './data.ts'

/** What of a report the events of a run tell. */
export type Told = Pick<ReportData, 'metrics' | 'evaluations' | 'samples' | 'stages'> & {
  baselines?: Baselines
  memory?: MemoryUse
  verdict?: string
  sources?: readonly SourcePoint[]
  refined?: readonly RefinedPoint[]
}

/** Gathers curves, samples and counters from events, of metrics.jsonl or as they come. Of a step told twice the later counts. */
export function gather(events: Iterable<RunEvent>): Told {
  const metrics = new Map<number, MetricPoint>()
  const evaluations = new Map<number, EvaluationPoint>()
  const samples = new Map<string, SamplePoint>()
  let stages: readonly StageCounters[] = []
  let baselines: Baselines | undefined
  let memory: MemoryUse | undefined
  let verdict: string | undefined
  const refined = new Map<string, RefinedPoint>()
  let sources: readonly SourcePoint[] = []
  for (const event of events) {
    if (event.type === 'metric') metrics.set(event.step, { ...event.values, step: event.step })
    else if (event.type === 'sample') {
      const { step, prompt, text } = event
      samples.set(JSON.stringify([step, prompt]), { step, prompt, text })
    } else if (event.type === 'memory') memory = memoryOf(event)
    else if (event.type === 'finished' || event.type === 'progress') stages = event.counters
    else if (event.type === 'bottleneck') verdict = event.message
    else if (event.type === 'refined') refined.set(event.stage, { stage: event.stage, sources: event.sources })
    else if (event.type === 'note' && event.stage === 'pack') sources = packed(event.values?.sources) ?? sources
    else if (event.type === 'evaluation') {
      const { loss, perplexity, bits_per_byte, uniform, unigram, bigram } = event.values
      if (loss !== undefined && perplexity !== undefined) {
        const bits = bits_per_byte === undefined ? {} : { bits_per_byte }
        evaluations.set(event.step, { step: event.step, loss, perplexity, ...bits, ...sourcesOf(event.values) })
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
    ...(memory ? { memory } : {}),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sources.length > 0 ? { sources } : {}),
    ...(refined.size > 0 ? { refined: inChain([...refined.values()], stages) } : {}),
  }
}

function memoryOf({ type: _, ...memory }: Extract<RunEvent, { type: 'memory' }>): MemoryUse {
  return memory
}

/** What packing told of the tokens of each source; undefined where it told something else. */
function packed(sources: Json | undefined): SourcePoint[] | undefined {
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources)) return undefined
  return Object.entries(sources).map(([source, counts]) => {
    const { documents = 0, bytes = 0, tokens = 0 } = counts as Partial<SourcePoint>
    return { source, documents, bytes, tokens }
  })
}

/** In the order of the run's stages, for they tell of themselves as they close. */
function inChain(points: readonly RefinedPoint[], stages: readonly StageCounters[]): RefinedPoint[] {
  const place = ({ stage }: RefinedPoint) => {
    const found = stages.findIndex(({ id }) => id === stage)
    return found < 0 ? stages.length : found
  }
  return [...points].sort((a, b) => place(a) - place(b))
}

function sourcesOf(values: Readonly<Record<string, number>>): Pick<EvaluationPoint, 'sources'> {
  const prefix = 'loss.'
  const told = Object.entries(values).filter(([name]) => name.startsWith(prefix))
  if (told.length === 0) return {}
  return { sources: Object.fromEntries(told.map(([name, loss]) => [name.slice(prefix.length), loss])) }
}
