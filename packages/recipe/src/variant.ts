import type { BackendName } from '@sluice/compute'

/** A config as written: plain JSON, not yet checked. */
export type Config = Readonly<Record<string, unknown>>

/** The config for one backend: its entry of `perBackend` merged into the rest, and `perBackend` gone. */
export function variantFor(config: Config, backend: BackendName): Config {
  const { perBackend, ...rest } = config
  const variant = isSection(perBackend) ? perBackend[backend] : undefined
  return isSection(variant) ? merge(rest, variant) : rest
}

/** A config with some keys given from outside: they hold on every backend. */
export function withChanges(config: Config, changes: Config): Config {
  const changed = merge(config, changes)
  if (!isSection(config.perBackend)) return changed
  const { name: _, ...rest } = changes
  const variants = Object.entries(config.perBackend).map(([backend, variant]) => [
    backend,
    isSection(variant) ? merge(variant, rest) : variant,
  ])
  return { ...changed, perBackend: Object.fromEntries(variants) }
}

/** Key by key, at every depth. Lists are replaced whole, and so is a section that becomes another kind (`use`). */
function merge(base: Config, changes: Config): Config {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, change] of Object.entries(changes)) {
    const before = merged[key]
    const joins = isSection(before) && isSection(change) && (change.use === undefined || change.use === before.use)
    merged[key] = joins ? merge(before, change) : change
  }
  return merged
}

export function isSection(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
