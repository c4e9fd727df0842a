import type { Kind, Registry } from '@sluice/pipeline'
import { type ZodObject, ZodUnknown } from 'zod'
import type { UseSection } from './recipe.ts'
import { sourceKeys } from './schema/source.ts'

/** What a section of the config names, and what of the section is the kind's own: not `use`, nor what its place shares. */
export function kindOf(
  registry: Registry,
  place: string,
  section: UseSection,
): { kind: Kind; config: Record<string, unknown> } {
  const kind = registry.get(place, section.use)
  const { shape, def } = kind.config as ZodObject
  // A module's source takes any key, but those of every source are not for it.
  const any = place === 'source' && def.catchall instanceof ZodUnknown
  const own = (key: string) => key in shape || (any && key !== 'use' && !(key in sourceKeys))
  return { kind, config: Object.fromEntries(Object.entries(section).filter(([key]) => own(key))) }
}
