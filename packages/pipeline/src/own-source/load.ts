import { parse } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../errors.ts'
import type { BuildContext } from '../registry/build.ts'
import { importModule, isModulePath } from '../registry/modules.ts'
import type { Registry } from '../registry/registry.ts'
import { documentsSource, type GivenDocuments, type ReadContext } from './documents-source.ts'

/** What the function of a module is given beside its section of the config. */
export interface OwnSourceContext extends ReadContext, Pick<BuildContext, 'baseDir' | 'seed'> {}

/** What a module exports by default, to be named as the `use` of a source. */
export type OwnSource = (
  config: Readonly<Record<string, unknown>>,
  context: OwnSourceContext,
) => GivenDocuments | Promise<GivenDocuments>

/**
 * Adds somebody's own sources to a registry: each name that is the path of a module (./my-source.js, relative to `baseDir`)
 * becomes a kind of source of that name. Other names are left to the registry.
 *
 * @throws ConfigError for a module that is not there, cannot be run, or has no function as its default export
 */
export async function loadSourceModules(names: Iterable<string>, baseDir: string, registry: Registry): Promise<void> {
  const known = new Set(registry.of('source').map(({ use }) => use))
  for (const name of new Set(names)) {
    if (!isModulePath(name) || known.has(name)) continue
    const module = await importModule(name, baseDir)
    const read = module.default as OwnSource | undefined
    if (typeof read !== 'function') {
      throw new ConfigError(
        read === undefined
          ? 'has no default export'
          : `exports ${Array.isArray(read) ? 'a list' : `a value of type ${typeof read}`} by default, not a function`,
        { file: name, advice: 'write: export default async function* (config, context) { yield { text } }' },
      )
    }
    registry.add({
      kind: 'source',
      use: name,
      summary: `The documents that the module ${name} gives.`,
      // What else stands in its section is the module's own business.
      config: z.looseObject({}),
      build: (config: Record<string, unknown>, { id, baseDir, seed }: BuildContext) =>
        documentsSource({ id, file: name, read: context => read(config, { ...context, baseDir, seed }) }),
    })
  }
}

/** What a source is called if its section does not say: the kind's name, of a module that of its file. */
export function sourceName(use: string): string {
  return isModulePath(use) ? parse(use).name : use
}
