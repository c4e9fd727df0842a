import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigError } from '@sluice/pipeline'

/** Where an `npm:` path leads. */
export interface NpmPath {
  /** Folder of the installed package. */
  readonly root: string
  /** What lies inside it. */
  readonly rest: string
  /** `npm:<package>`: the same wherever the package is installed. */
  readonly prefix: string
}

/**
 * Finds the installed package of `npm:<package>/<path>`, from `baseDir` and then from the working directory.
 *
 * @throws ConfigError when it is not installed, or when the path leaves the package
 */
export function npmPath(entry: string, baseDir: string): NpmPath {
  const [, name, rest = '.'] = /^npm:((?:@[^/]+\/)?[^/@][^/]*)(?:\/(.+))?$/.exec(entry) ?? []
  if (name === undefined) {
    throw new ConfigError('this is no path into an npm package', { file: entry, advice: 'write npm:<package>/<file>' })
  }
  const places = [...new Set([resolve(baseDir), process.cwd()])]
  const root = places.map(place => packageRoot(name, place)).find(found => found !== undefined)
  if (root === undefined) {
    throw new ConfigError(`the npm package "${name}" is not installed`, {
      file: entry,
      place: places.join(' and '),
      advice: `run: npm install ${name}`,
    })
  }
  const inside = relative(root, resolve(root, rest))
  if (isAbsolute(inside) || inside.split(sep)[0] === '..') {
    throw new ConfigError('this path leaves the package', { file: entry, place: root, advice: 'name a file inside it' })
  }
  return { root, rest, prefix: `npm:${name}` }
}

/** Node's own resolution knows links and NODE_PATH; a package whose `exports` hide its package.json is looked for on foot. */
function packageRoot(name: string, from: string): string | undefined {
  try {
    return dirname(createRequire(join(from, 'from-here.js')).resolve(`${name}/package.json`))
  } catch {
    for (let folder = from; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name)
      if (existsSync(join(candidate, 'package.json'))) return candidate
      if (folder === dirname(folder)) return undefined
    }
  }
}
