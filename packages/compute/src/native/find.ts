import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import process from 'node:process'
import type { Addon } from './addon.ts'

export type Found = { readonly addon: Addon; readonly path: string } | { readonly reason: string }

export interface Places {
  /** A module that the platform's package is looked up from. Default this one. */
  readonly from?: string | URL
  /** Where build.js has put an addon. Default native/build. */
  readonly folder?: string
}

/** native/tools/identity.js: plain JavaScript, since the installation uses it before any TypeScript is compiled. */
interface Identity {
  sourcesHash(): string
  findBuilt(folder?: string): { readonly path: string } | { readonly reason: string }
}

/**
 * The compiled addon: the one that SLUICE_ADDON names, or that of the platform's package of this very version, or the one that has
 * been built here. None is loaded that is not whole, and none is used that was made from other sources than these.
 */
export async function findAddon({ from = import.meta.url, folder }: Places = {}): Promise<Found> {
  const asked = process.env.SLUICE_ADDON
  const identity: Identity = await import(new URL('../../native/tools/identity.js', import.meta.url).href)
  if (asked) return load(asked, identity)
  const reasons: string[] = []
  for (const place of [packaged(from), identity.findBuilt(folder)]) {
    if (place === undefined) continue
    const found = 'path' in place ? load(place.path, identity) : place
    if ('addon' in found) return found
    reasons.push(found.reason)
  }
  return { reason: reasons.join('; ') }
}

/** The package for this platform, where npm has installed one. */
function packaged(from: string | URL): { path: string } | { reason: string } | undefined {
  const name = `@sluice/compute-native-${process.platform}-${process.arch}`
  const require = createRequire(from)
  let version: string
  let path: string
  try {
    version = (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version
    path = require.resolve(name)
  } catch {
    return undefined
  }
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  if (version !== own.version) return { reason: `${name} is of version ${version}, not ${own.version}` }
  return { path }
}

function load(path: string, identity: Identity): Found {
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(path) as Addon
  } catch (cause) {
    return { reason: `its C++ kernels do not load: ${(cause as Error).message.split('\n')[0]}` }
  }
  if (addon.sources?.() !== identity.sourcesHash()) {
    return { reason: 'its C++ kernels were built from other sources than these' }
  }
  return { addon, path }
}
