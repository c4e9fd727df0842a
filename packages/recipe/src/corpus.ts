import {
  type BuildContext,
  ConfigError,
  type Documents,
  mix,
  type Registry,
  repeat,
  type Source,
  type Stage,
  sourceName,
} from '@sluice/pipeline'
import { split } from '@sluice/tokenize'
import { askedPart } from './asked-part.ts'
import type { Recipe, SourceSection } from './recipe.ts'
import { kindOf } from './section.ts'

/** The text of a run. Each member makes new instances, for what runs twice must not share state. */
export interface Corpus {
  /** All sources, once through. */
  once(): Source<Documents>
  /** Each source as often as it says itself, or else `mix.epochs`; without end if neither says anything. */
  repeated(): Source<Documents>
  /** The refining stages. `main`: of the one pass that writes the rejected documents down; default false. */
  refine(main?: boolean): Stage[]
  /** The refining stages and what keeps one part of the documents. */
  part(part: 'training' | 'evaluation', main?: boolean): Stage[]
}

export function openCorpus(recipe: Recipe, registry: Registry, context: Omit<BuildContext, 'id'>): Corpus {
  const names = instanceNames(recipe.sources)
  const open = () =>
    recipe.sources.map((section, i) => {
      const { kind, config } = kindOf(registry, 'source', section)
      const id = names[i]!
      const source = kind.build('id' in config ? { ...config, id } : config, { ...context, id }) as Source<Documents>
      if (!source.replayable) throw readOnce(id)
      return { source: askedPart(source, section), weight: section.weight, epochs: section.epochs }
    })
  const { unit, frame, epochs } = recipe.mix
  const join = (sources: ReturnType<typeof open>): Source<Documents> => {
    const [first, ...others] = sources
    if (others.length > 0) return mix({ sources, unit, ...(frame === undefined ? {} : { frame }) })
    return repeat(first!.source, first!.epochs === undefined ? {} : { epochs: first!.epochs })
  }
  const refine = (main = false) =>
    recipe.refine.map((section, i) => {
      const { kind, config: given } = kindOf(registry, 'refine', section)
      const { rejects: _, ...others } = given
      const config = main ? given : others
      return kind.build(config, { ...context, id: `${section.use}-${i + 1}` }) as Stage
    })
  const { share, by } = recipe.data.evaluation
  return {
    once: () => join(open().map(each => ({ ...each, epochs: 1 }))),
    repeated: () => join(open().map(each => ({ ...each, epochs: each.epochs ?? epochs }))),
    refine,
    part: (part, main) => (share === 0 ? refine(main) : [...refine(main), split({ part, share, by })]),
  }
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
