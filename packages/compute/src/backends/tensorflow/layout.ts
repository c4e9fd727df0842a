import { join } from 'node:path'

/** Where things are in the folder of one installation, `<cache>/tensorflow/<version>-<cpu|gpu>/`. */
export interface Layout {
  readonly folder: string
  /** What the wheels hold, side by side as in Python's site-packages: libraries find each other through relative paths. */
  readonly site: string
  /** Headers of TensorFlow's C interface. */
  readonly include: string
  /** A project of npm that holds tfjs-node. */
  readonly node: string
  /** The compiled binding. */
  readonly binding: string
  /** Holds stderr back while TensorFlow's libraries load. */
  readonly hush: string
  /** Wheels, until everything is there. */
  readonly downloads: string
  /** What was set up; written last. */
  readonly record: string
  /** What the check said, by machine. */
  readonly checks: string
}

export function layoutOf(folder: string): Layout {
  const site = join(folder, 'site')
  return {
    folder,
    site,
    include: join(site, 'tensorflow', 'include'),
    node: join(folder, 'node'),
    binding: join(folder, 'binding', 'tfjs_binding.node'),
    hush: join(folder, 'binding', 'hush.node'),
    downloads: join(folder, 'downloads'),
    record: join(folder, 'setup.json'),
    checks: join(folder, 'checks'),
  }
}

/** Names the installation that is used, beside the folders of all. */
export const CURRENT = 'current.json'
