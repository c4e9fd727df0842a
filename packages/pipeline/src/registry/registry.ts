import type { ZodType } from 'zod'
import { ConfigError } from '../errors.ts'
import { nearest } from './nearest.ts'

/**
 * Something a config can ask for by name: `{ "use": "books", … }`. `kind` says in which place (`source`, `refine`,
 * `tokenizer`, `model`), `config` what else may stand beside `use`, `build` what it makes of that.
 */
export interface Kind<K extends string = string, C = any, T = any, B = any> {
  readonly kind: K
  readonly use: string
  /** One line for `--help` and the schema. */
  readonly summary: string
  readonly config: ZodType<C>
  /** What it builds are stages that may run in several workers: see `Stage.parallel`. */
  readonly parallel?: 'stateless'
  /** `import.meta.url` of a module that exports it, or a list that has it: where workers find it. */
  readonly module?: string
  build(config: C, context: B): T
}

/** Names to kinds. A registry is a value of a run: modules named in a config add to it, nothing is global. */
export class Registry {
  readonly #kinds = new Map<string, Map<string, Kind>>()

  constructor(kinds: Iterable<Kind> = []) {
    for (const kind of kinds) this.add(kind)
  }

  add(kind: Kind): this {
    const group = this.#kinds.get(kind.kind) ?? new Map<string, Kind>()
    if (group.has(kind.use)) throw new ConfigError(`${kind.kind} "${kind.use}" is registered twice`)
    group.set(kind.use, kind)
    this.#kinds.set(kind.kind, group)
    return this
  }

  /** All kinds of one place, in the order of registration. */
  of(kind: string): readonly Kind[] {
    return [...(this.#kinds.get(kind)?.values() ?? [])]
  }

  get(kind: string, use: string): Kind {
    const found = this.#kinds.get(kind)?.get(use)
    if (found) return found
    const names = this.of(kind).map(entry => entry.use)
    const near = nearest(use, names)
    throw new ConfigError(`no ${kind} is called "${use}"`, {
      advice: near ? `did you mean "${near}"?` : `known: ${names.join(', ') || 'none'}`,
    })
  }
}
