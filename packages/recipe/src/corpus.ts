import {
  type BuildContext,
  ConfigError,
  type Documents,
  mix,
  type Registry,
  repeat,
  type Source,
  type Stage,
} from '@sluice/pipeline'
import { split } from '@sluice/tokenize'
import type { Recipe, SourceSection } from './recipe.ts'
import { kindOf } from './section.ts'

/** The text of a run. Each member makes new instances, for what runs twice must not share state. */
export interface Corpus {
  /** All sources, once through. */
  once(): Source<Documents>
  /** All sources as often as `mix.epochs` says; without end if it says nothing. */
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
      return { source, weight: section.weight }
    })
  const join = (epochs: number | undefined): Source<Documents> => {
    const sources = open()
    const times = epochs === undefined ? {} : { epochs }
    return sources.length === 1 ? repeat(sources[0]!.source, times) : mix({ sources, unit: recipe.mix.unit, ...times })
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
    once: () => join(1),
    repeated: () => join(recipe.mix.epochs),
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

/** What a source is called in cursors: its `id`, or its kind, numbered where several are of one kind. */
export function instanceNames(sections: readonly SourceSection[]): string[] {
  const wanted = sections.map(section => section.id ?? section.use)
  return wanted.map((name, i) => {
    const before = wanted.slice(0, i).filter(other => other === name).length
    return before === 0 ? name : `${name}-${before + 1}`
  })
}
