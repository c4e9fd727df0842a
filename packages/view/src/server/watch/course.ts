import type { RunEvent } from '@sluice/pipeline'
import { whatWasLearned } from '@sluice/recipe'
import type { RunView } from '../../protocol.ts'
import { type CurveStore, curveStore } from './curves.ts'

/** What the log of a run tells, folded event by event, in bounded memory. */
export type Told = Pick<RunView, 'evaluations' | 'samples' | 'refined' | 'sources' | 'warnings' | 'notes' | 'memory'> &
  Partial<Pick<RunView, 'plan' | 'baselines' | 'mixed' | 'verdict' | 'learned'>>

export interface Course {
  readonly told: Told
  readonly curves: CurveStore
  readonly last: { step: number; loss?: number; tokens: number; seconds: number; tokensPerSecond?: number }
  add(record: unknown): void
  clear(): void
}

const mostEvaluations = 2000
const mostSamples = 100
const mostWarnings = 100
const mostMemory = 1000
const longestSample = 4000

const nothing: Told = {
  evaluations: [],
  samples: [],
  refined: [],
  sources: [],
  warnings: [],
  notes: [],
  memory: [],
}

export function course(): Course {
  const curves = curveStore()
  let told = nothing
  let last: Course['last'] = { step: 0, tokens: 0, seconds: 0 }
  return {
    curves,
    get told() {
      return told
    },
    get last() {
      return last
    },
    add(record) {
      if (!isEvent(record)) return
      if (record.type === 'metric') {
        const { step, values } = record
        const { tokens = 0, seconds = 0, loss, tokens_per_second: rate } = values
        last = {
          step,
          tokens: last.tokens + tokens,
          seconds: last.seconds + seconds,
          ...(loss === undefined ? {} : { loss }),
          ...(rate === undefined ? {} : { tokensPerSecond: rate }),
        }
        curves.add(step, values)
      } else told = { ...told, ...folded(record, told, last.seconds) }
    },
    clear() {
      curves.clear()
      told = nothing
      last = { step: 0, tokens: 0, seconds: 0 }
    },
  }
}

function isEvent(record: unknown): record is RunEvent {
  return typeof record === 'object' && record !== null && typeof (record as RunEvent).type === 'string'
}

/** What an event changes. */
function folded(event: RunEvent, told: Told, seconds: number): Partial<Told> {
  switch (event.type) {
    case 'evaluation': {
      const { loss, perplexity, bits_per_byte, uniform, unigram, bigram } = event.values
      if (loss === undefined) return {}
      const sources = Object.entries(event.values).flatMap(([name, value]) =>
        name.startsWith('loss.') ? [[name.slice(5), value] as const] : [],
      )
      const evaluation = {
        step: event.step,
        loss,
        ...(perplexity === undefined ? {} : { perplexity }),
        ...(bits_per_byte === undefined ? {} : { bits_per_byte }),
        ...(sources.length === 0 ? {} : { sources: Object.fromEntries(sources) }),
      }
      const evaluations = [...told.evaluations.filter(({ step }) => step < event.step), evaluation]
      const baselines =
        uniform !== undefined && unigram !== undefined && bigram !== undefined
          ? { uniform, unigram, bigram }
          : told.baselines
      return {
        evaluations: evaluations.length > mostEvaluations ? everyOther(evaluations) : evaluations,
        ...(baselines ? { baselines, learned: whatWasLearned({ loss, ...baselines }) } : {}),
      }
    }
    case 'sample': {
      const { step, prompt } = event
      const sample = { step, prompt: cut(prompt), text: cut(event.text) }
      const before = told.samples.filter(other => other.step < step || (other.step === step && other.prompt !== prompt))
      // The first ones stay: they show where it began.
      const samples = [...before, sample]
      return { samples: samples.length > mostSamples ? samples.filter((_, i) => i !== 1) : samples }
    }
    case 'mixed': {
      const { unit, shares } = event
      return { mixed: { unit, shares } }
    }
    case 'refined': {
      const { stage, sources } = event
      return { refined: [...told.refined.filter(other => other.stage !== stage), { stage, sources }] }
    }
    case 'bottleneck':
      return { verdict: event.message }
    case 'warning': {
      const { stage, message } = event
      return { warnings: [...told.warnings, { stage, message: cut(message) }].slice(-mostWarnings) }
    }
    case 'memory': {
      const memory = [...told.memory, [seconds, event.resident] as const]
      return { memory: memory.length > mostMemory ? everyOther(memory) : memory }
    }
    case 'note': {
      const { stage, message, values } = event
      if (stage === 'recipe' && values) return { plan: { message, values } }
      const notes = [...told.notes, { stage, message: cut(message) }].slice(-mostWarnings)
      const sources = stage === 'pack' ? packed(values?.sources) : undefined
      return sources ? { notes, sources } : { notes }
    }
    default:
      return {}
  }
}

/** What packing told of the tokens of each source; undefined where it told something else. */
function packed(sources: unknown): RunView['sources'] | undefined {
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources)) return undefined
  return Object.entries(sources as Record<string, Partial<RunView['sources'][number]>>).map(
    ([source, { documents = 0, bytes = 0, tokens = 0 }]) => ({ source, documents, bytes, tokens }),
  )
}

function everyOther<T>(list: readonly T[]): T[] {
  return list.filter((_, i) => i % 2 === 0 || i === list.length - 1)
}

function cut(text: string): string {
  return text.length > longestSample ? `${text.slice(0, longestSample)}…` : text
}
