import { join, parse } from 'node:path'
import {
  type BuildContext,
  ConfigError,
  type Documents,
  inWorkers,
  mix,
  piped,
  type RefinedCounts,
  type Registry,
  type RunEvent,
  repeat,
  type Source,
  type Stage,
  type StageKind,
  sourceName,
  type Tokens,
  type Workers,
  workerCount,
} from '@sluice/pipeline'
import { split } from '@sluice/tokenize'
import { askedPart } from './asked-part.ts'
import { memberMark, mixesTokens } from './budget.ts'
import type { Recipe, SourceSection } from './recipe.ts'
import { kindOf } from './section.ts'

/**
 * The text of a run. Each member makes new instances of stages, for what runs twice must not share state. The sources below them are the
 * same ones: they keep nothing of a reading but what they have noted of their files, which holds for every pass.
 */
export interface Corpus {
  /** All sources, once through. */
  once(): Source<Documents>
  /** The same, each by itself. */
  each(): Source<Documents>[]
  /** Each source as often as it says itself, or else `mix.epochs`; without end if neither says anything. */
  repeated(): Source<Documents>
  /**
   * The refining stages. `main`: of the one pass that writes the rejected documents down; default false. `here`: without their
   * workers, for a pass that is over before these have begun; default false.
   */
  refine(main?: boolean, here?: boolean): Stage[]
  /** The refining stages and what keeps one part of the documents. */
  part(part: 'training' | 'evaluation', main?: boolean, here?: boolean): Stage[]
  /**
   * The training part of all sources as tokens, in the proportion of their weights in tokens: each refined and tokenized by itself.
   * Undefined where weights count something else, or there is nothing to mix.
   *
   * @param encode makes the stage that tokenizes one of the sources, under an id of its own
   */
  mixedTokens(encode: (id: string, member: Member) => Stage, reading: TokensReading): Source<Tokens> | undefined
}

/** Which of several sources that are refined and tokenized side by side. */
export interface Member {
  readonly index: number
  readonly count: number
}

/**
 * The threads of a stage that is there once for each source: what `workers` says is for all of them together, so that a mix of many sources
 * does not start as many times the threads. The first ones get what is left over; with none, the stage runs where its source is read.
 */
export function workersOf(workers: Workers, { index, count }: Member): number {
  const all = workerCount(workers)
  return Math.floor(all / count) + (index < all % count ? 1 : 0)
}

export interface TokensReading {
  /** Of the one pass that writes the rejected documents down. */
  readonly main: boolean
  /** Where the checkpoint resumed from has what a stage saved. */
  readonly saved: ((stage: string) => string | undefined) | undefined
  /** Each source once, whatever it says of epochs. Default false. */
  readonly once?: boolean
  /** Takes what the stages tell. Default: the run. */
  readonly emit?: (event: RunEvent) => void
}

export function openCorpus(recipe: Recipe, registry: Registry, context: Omit<BuildContext, 'id'>): Corpus {
  const names = instanceNames(recipe.sources)
  const sources = recipe.sources.map((section, i) => {
    const { kind, config } = kindOf(registry, 'source', section)
    const id = names[i]!
    const source = kind.build('id' in config ? { ...config, id } : config, { ...context, id }) as Source<Documents>
    if (!source.replayable) throw readOnce(id)
    return { source: askedPart(source, section), weight: section.weight, epochs: section.epochs }
  })
  const { unit, frame, epochs } = recipe.mix
  const framed = frame === undefined ? {} : { frame }
  const join = (members: readonly (typeof sources)[number][]): Source<Documents> => {
    const [first, ...others] = members
    // Of documents nobody knows the tokens yet.
    const counted = unit === 'tokens' ? 'bytes' : unit
    if (others.length > 0) return mix({ sources: members, unit: counted, ...framed })
    return repeat(first!.source, first!.epochs === undefined ? {} : { epochs: first!.epochs })
  }
  /** @param of the source that they are for; undefined: all */
  const refine = (main = false, here = false, of?: string, member: Member = { index: 0, count: 1 }) =>
    recipe.refine.map((section, i) => {
      const { kind, config: given } = kindOf(registry, 'refine', section)
      const { rejects, ...others } = given
      const own = of !== undefined && typeof rejects === 'string' ? { ...given, rejects: beside(rejects, of) } : given
      const id = within(of, `${section.use}-${i + 1}`)
      const workers = here ? 0 : workersOf(section.workers ?? 0, member)
      return inWorkers(kind as StageKind, main ? own : others, { ...context, id, workers })
    })
  const { share, by } = recipe.data.evaluation
  const part = (name: 'training' | 'evaluation', main?: boolean, here?: boolean, of?: string, member?: Member) => {
    const stages = refine(main, here, of, member)
    return share === 0 ? stages : [...stages, split({ part: name, share, by, id: within(of, 'split') })]
  }
  return {
    once: () => join(sources.map(each => ({ ...each, epochs: 1 }))),
    each: () => sources.map(({ source }) => repeat(source, { epochs: 1 })),
    repeated: () => join(sources.map(each => ({ ...each, epochs: each.epochs ?? epochs }))),
    refine: (main, here) => refine(main, here),
    part: (name, main, here) => part(name, main, here),
    mixedTokens(encode, { main, saved, once = false, emit: told = event => context.emit(event) }) {
      if (!mixesTokens(recipe)) return undefined
      const emit = asOne(told)
      const members = sources.map(({ source, weight, epochs: asked = epochs }, index) => {
        const own = once ? 1 : asked
        const member = { index, count: sources.length }
        return {
          source: piped<Tokens>({
            source: repeat(source, own === undefined ? {} : { epochs: own }),
            stages: () => [
              ...part('training', main, false, source.id, member),
              encode(within(source.id, 'tokenize'), member),
            ],
            seed: recipe.seed,
            mark: memberMark,
            emit,
            ...(saved ? { saved } : {}),
          }),
          weight,
          epochs: own,
          repeats: true,
        }
      })
      return mix({ sources: members, unit, ...framed })
    },
  }
}

/** Stages of one source among several have its name before their own. */
const within = (source: string | undefined, stage: string): string =>
  source === undefined ? stage : `${source}/${stage}`

/** Tells what stages of the same place did in several sub-pipelines as what one stage did with several sources. */
function asOne(emit: (event: RunEvent) => void): (event: RunEvent) => void {
  const refined = new Map<string, Readonly<Record<string, RefinedCounts>>>()
  return event => {
    if (event.type !== 'refined') return emit(event)
    const stage = event.stage.slice(event.stage.lastIndexOf('/') + 1)
    const sources = { ...refined.get(stage), ...event.sources }
    refined.set(stage, sources)
    emit({ ...event, stage, sources })
  }
}

/** The file for one source's part of what goes to `path`: `rejected.books.jsonl`. */
function beside(path: string, source: string): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.${source.replaceAll(/[^\w.-]/g, '_')}${ext}`)
}

function readOnce(stage: string): ConfigError {
  return new ConfigError(
    'can be read only once, and a run reads its text for the tokenizer, the evaluation and each epoch',
    {
      stage,
      advice: 'write it to a file first, and name that file',
    },
  )
}

/** What a source is called in cursors: its `id`, or its kind or file, numbered where several are of one name. */
export function instanceNames(sections: readonly SourceSection[]): string[] {
  const wanted = sections.map(section => section.id ?? sourceName(section.use))
  return wanted.map((name, i) => {
    const before = wanted.slice(0, i).filter(other => other === name).length
    return before === 0 ? name : `${name}-${before + 1}`
  })
}
