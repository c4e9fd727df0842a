import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError, type Documents, isModulePath, type Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Change, Verdict } from '../stage/verdict.ts'

/**
 * What somebody thinks of a document: true keeps it, false drops it, a string drops it and is the reason, `{ text }` keeps it with
 * another text.
 */
export type Opinion = boolean | string | Change
export type Predicate = (document: Document) => Opinion | Promise<Opinion>

export interface FilterOptions extends RefinerOptions {
  /** The predicate. It sees the first part of a document that travels as parts, and decides for all of them. */
  readonly keep?: Predicate
  /** Or the module that exports it by default: a file, relative to `baseDir`, or a package. */
  readonly module?: string
}

/** Keeps what a function of one's own wants to keep. */
export function filter(options: FilterOptions): Stage<Documents, Documents> {
  const { id = 'filter', module } = options
  if ((options.keep === undefined) === (module === undefined)) {
    throw new ConfigError('a filter is made from either keep or module', { stage: id })
  }
  let keep = options.keep
  return refiner({
    name: 'filter',
    parallel: 'stateless',
    placed: true,
    options,
    asynchronous: true,
    async open() {
      if (module !== undefined) keep = await imported(module, options.baseDir ?? process.cwd(), id)
    },
    judge: async document => verdictOf(await keep!(document)),
  })
}

function verdictOf(opinion: Opinion): Verdict {
  if (opinion === true) return undefined
  if (opinion === false) return { drop: 'filtered' }
  return typeof opinion === 'string' ? { drop: opinion } : opinion
}

async function imported(name: string, baseDir: string, stage: string): Promise<Predicate> {
  try {
    const location = isModulePath(name)
      ? resolve(baseDir, name)
      : createRequire(join(baseDir, 'config.json')).resolve(name)
    const { default: exported } = await import(pathToFileURL(location).href)
    if (typeof exported === 'function') return exported
  } catch (cause) {
    throw new ConfigError(`the module "${name}" cannot be run: ${(cause as Error).message}`, { stage, cause })
  }
  throw new ConfigError(`the module "${name}" must export a function by default`, { stage })
}
