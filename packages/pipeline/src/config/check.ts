import { type output, ZodError, type ZodType } from 'zod'
import { ConfigError } from '../errors.ts'
import type { LoadedConfig } from './load.ts'
import { keyPath, type Problem, problemsOf } from './problems.ts'
import { keysAt } from './schema-keys.ts'

/**
 * The config as its schema makes it: defaults filled in, sizes as numbers. A `$schema` at the top is for editors and passes.
 *
 * @param config what `loadConfig` gave, or a value that stands in no file
 * @throws ConfigError telling every problem: the key's path, line and column, and for a name that is not known the nearest
 */
export function checkConfig<S extends ZodType>(schema: S, config: LoadedConfig | unknown): output<S> {
  const loaded = isLoaded(config) ? config : undefined
  const value = withoutLink(loaded ? loaded.value : config, schema)
  const result = schema.safeParse(value)
  if (result.success) return result.data as output<S>
  if (!(result.error instanceof ZodError)) throw result.error
  throw report(problemsOf(result.error.issues, schema, value), loaded)
}

function isLoaded(config: unknown): config is LoadedConfig {
  return typeof (config as Partial<LoadedConfig> | null)?.keyPlace === 'function'
}

function withoutLink(value: unknown, schema: ZodType): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('$schema' in value)) return value
  if (keysAt(schema, [], value).includes('$schema')) return value
  const { $schema: _, ...rest } = value
  return rest
}

function report(problems: readonly Problem[], loaded: LoadedConfig | undefined): ConfigError {
  const place = ({ path, key }: Problem) => (key ? loaded?.keyPlace(path) : loaded?.place(path))
  const text = ({ path, message }: Problem) => `${keyPath(path) || 'the config'}: ${message}`
  const file = loaded ? { file: loaded.path } : {}
  const [first] = problems
  if (problems.length === 1) {
    const { advice } = first!
    const at = place(first!)
    return new ConfigError(text(first!), {
      ...file,
      ...(at === undefined ? {} : { place: at }),
      ...(advice === undefined ? {} : { advice }),
    })
  }
  const lines = problems.map(problem => {
    const at = place(problem)
    return `${at === undefined ? '' : `${at}: `}${text(problem)}${problem.advice ? `; ${problem.advice}` : ''}`
  })
  return new ConfigError(`${problems.length} problems\n  ${lines.join('\n  ')}`, file)
}
