import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StateError } from '@sluice/pipeline'

export interface Asset {
  readonly type: string
  readonly bytes: Buffer
  /** Vite names what is in assets/ by its content. */
  readonly forever: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Beside this file once built, or in the package's dist when it runs from sources. */
export function builtPage(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const root = here.slice(0, here.lastIndexOf(`${sep}server${sep}`))
  return join(root.endsWith(`${sep}src`) ? join(root, '..', 'dist') : root, 'page')
}

/**
 * The built page, all in memory, by its path: what is not among them does not exist, so no path can lead out.
 *
 * @throws StateError where it was not built
 */
export function readAssets(dir: string = builtPage()): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  let names: string[]
  try {
    names = readdirSync(dir, { recursive: true, encoding: 'utf8' })
  } catch (cause) {
    throw new StateError('the page is not built', { file: dir, advice: 'run: npm run build', cause })
  }
  for (const name of names) {
    const type = types[extname(name)]
    if (type === undefined) continue
    const path = `/${relative('.', name).replaceAll('\\', '/')}`
    assets.set(path, { type, bytes: readFileSync(join(dir, name)), forever: path.startsWith('/assets/') })
  }
  return assets
}
