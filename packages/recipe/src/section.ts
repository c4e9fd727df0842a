import type { Kind, Registry } from '@sluice/pipeline'
import type { ZodObject } from 'zod'
import type { UseSection } from './recipe.ts'

/** What a section of the config names, and what of the section is the kind's own: not `use`, nor what its place shares. */
export function kindOf(
  registry: Registry,
  place: string,
  section: UseSection,
): { kind: Kind; config: Record<string, unknown> } {
  const kind = registry.get(place, section.use)
  const { shape } = kind.config as ZodObject
  return { kind, config: Object.fromEntries(Object.entries(section).filter(([key]) => key in shape)) }
}
