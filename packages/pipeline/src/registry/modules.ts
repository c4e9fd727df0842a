import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../errors.ts'
import type { Kind, Registry } from './registry.ts'

/**
 * Adds what modules offer to a registry. A name is the path of a .js, .mjs or .cjs file, relative to `baseDir`, or a package
 * that is installed there; it exports a kind, or a list of them, as `kinds` or by default.
 *
 * @throws ConfigError for a module that is not there, cannot be run, or exports something else
 */
export async function loadModules(names: Iterable<string>, baseDir: string, registry: Registry): Promise<void> {
  for (const name of names) {
    const module = await importModule(name, baseDir)
    const exported = module.kinds ?? module.default
    const kinds: unknown[] = listed(exported)
    for (const kind of kinds) {
      if (!isKind(kind)) {
        throw new ConfigError('must export a kind, or a list of kinds, as "kinds" or by default', {
          file: name,
          advice: 'a kind is { kind, use, summary, config, build }',
        })
      }
      modules.set(kind, moduleLocation(name, baseDir))
      registry.add(kind)
    }
  }
}

/** Where the kinds of loaded modules are from. */
const modules = new WeakMap<Kind, string>()

/** The module that exports a kind; undefined where it does not say, and was not loaded by name. */
export function moduleOf(kind: Kind): string | undefined {
  return kind.module ?? modules.get(kind)
}

/**
 * A kind that a module exports, alone or in a list, under whatever name.
 *
 * @throws ConfigError where it does not
 */
export async function kindIn(module: string, { kind, use }: Pick<Kind, 'kind' | 'use'>): Promise<Kind> {
  const exported = Object.values((await import(module)) as Record<string, unknown>).flatMap(listed)
  const found = exported.find((each): each is Kind => isKind(each) && each.kind === kind && each.use === use)
  if (found) return found
  throw new ConfigError(`exports no ${kind} "${use}"`, {
    file: module,
    advice: 'the "module" of a kind is the import.meta.url of a module that exports it, or a list that has it',
  })
}

/** Whether a name means a file and not a package. */
export function isModulePath(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name) || /\.[cm]?js$/.test(name)
}

/** @throws ConfigError for a module that is not there, or cannot be run */
export async function importModule(name: string, baseDir: string): Promise<Record<string, unknown>> {
  try {
    return await import(moduleLocation(name, baseDir))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    const advice = isModulePath(name) ? `looked for it in ${baseDir}` : `install it: npm install ${name}`
    throw new ConfigError(
      missing ? `the module "${name}" cannot be found: ${message}` : `the module "${name}" cannot be run: ${message}`,
      {
        cause: error,
        ...(missing ? { advice } : {}),
      },
    )
  }
}

/** Where a module lies, as `import` takes it. */
function moduleLocation(name: string, baseDir: string): string {
  if (isModulePath(name)) return pathToFileURL(resolve(baseDir, name)).href
  try {
    return pathToFileURL(createRequire(join(baseDir, 'config.json')).resolve(name)).href
  } catch (error) {
    // A package for `import` only: resolved from where this package is installed.
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return name
    throw error
  }
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function isKind(value: unknown): value is Kind {
  const kind = value as Partial<Kind> | null | undefined
  return (
    typeof kind?.kind === 'string' &&
    typeof kind.use === 'string' &&
    typeof kind.config?.safeParse === 'function' &&
    typeof kind.build === 'function'
  )
}
