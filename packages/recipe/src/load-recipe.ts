import { type LoadedConfig, loadConfig, loadModules, loadSourceModules, type Registry } from '@sluice/pipeline'
import { builtInRegistry } from './registry.ts'
import { type Config, isSection } from './variant.ts'

/** A config as it was read, with what its names mean. Not yet checked: see `checkRecipe`. */
export interface LoadedRecipe {
  readonly config: Config
  /** Relative paths in the config are relative to this folder. */
  readonly baseDir: string
  readonly registry: Registry
  /** The text it was read from, so that a fault can be told by line and column. */
  readonly loaded?: LoadedConfig
}

/**
 * Reads a config file and loads the modules it names.
 *
 * @throws ConfigError for a file that is missing or not JSON, with line and column
 */
export async function loadRecipe(file: string): Promise<LoadedRecipe> {
  const loaded = await loadConfig(file)
  const config = isSection(loaded.value) ? loaded.value : {}
  const registry = builtInRegistry()
  if (Array.isArray(config.modules)) await loadModules(config.modules.map(String), loaded.baseDir, registry)
  await loadSourceModules(sourcesOf(config), loaded.baseDir, registry)
  return { config, baseDir: loaded.baseDir, registry, loaded }
}

/** What the sources of a config name, those of its variants too. */
function sourcesOf(config: Config): string[] {
  const variants = isSection(config.perBackend) ? Object.values(config.perBackend).filter(isSection) : []
  return [config, ...variants].flatMap(({ sources }) =>
    Array.isArray(sources) ? sources.flatMap(each => (typeof each?.use === 'string' ? [each.use as string] : [])) : [],
  )
}
