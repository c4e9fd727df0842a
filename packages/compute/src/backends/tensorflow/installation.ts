import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CURRENT, type Layout, layoutOf } from './layout.ts'

/** What `pipeline setup tensorflow` wrote when it was done. */
export interface SetupRecord {
  readonly version: 1
  readonly tensorflow: string
  readonly gpu: boolean
  /** The package of npm that the binding is from. */
  readonly npm: { readonly name: string; readonly version: string; readonly integrity?: string }
  readonly wheels: readonly {
    readonly name: string
    readonly version: string
    readonly file: string
    readonly sha256: string
  }[]
  /** Libraries and the binding, relative to the folder: enough to see that something is missing. */
  readonly files: Readonly<Record<string, number>>
  readonly compiler: string
  /** When it was done, ISO 8601. */
  readonly finished: string
}

/** An installation that can be tried, or why there is none. */
export type Found =
  | { readonly layout: Layout; readonly record: SetupRecord }
  | { readonly missing: true }
  | { readonly broken: string }

/** The installation that is used. Reads two small files; loads nothing. */
export function findInstallation(folder: string): Found {
  const name = readJson<{ folder: string }>(join(folder, CURRENT))?.folder
  if (name === undefined) return { missing: true }
  const layout = layoutOf(join(folder, name))
  const record = readRecord(layout)
  return 'broken' in record ? record : { layout, record }
}

/** What is said of an installation, if all that it says is there is there. */
export function readRecord(layout: Layout): SetupRecord | { readonly broken: string } {
  const record = readJson<SetupRecord>(layout.record)
  if (record?.version !== 1) return { broken: `${layout.record} is missing or cannot be read` }
  for (const [file, bytes] of Object.entries(record.files)) {
    const path = join(layout.folder, file)
    const found = existsSync(path) ? statSync(path).size : undefined
    if (found === undefined) return { broken: `${path} is missing` }
    if (found !== bytes) return { broken: `${path} has ${found} bytes, not ${bytes}` }
  }
  return record
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
