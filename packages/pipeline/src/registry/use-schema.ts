import { ZodObject, type ZodRawShape, type ZodType, z } from 'zod'
import { ConfigError } from '../errors.ts'
import type { Kind, Registry } from './registry.ts'

/**
 * The config of anything of one kind that a registry knows: a union told apart by `use`, in which every key that the named
 * kind does not know is an error. `checkConfig` names the nearest key or kind.
 *
 * @param shared keys that everything in this place takes, beside what its own config says
 */
export function useSchema(
  registry: Registry,
  kind: string,
  shared: ZodRawShape = {},
): ZodType<{ use: string } & Record<string, unknown>> {
  const [first, ...rest] = registry.of(kind).map(one => memberSchema(one, shared))
  if (!first) {
    return z.custom<never>(() => false, { error: `no ${kind} is known: none is registered` })
  }
  return z.discriminatedUnion('use', [first, ...rest]) as unknown as ZodType<{ use: string } & Record<string, unknown>>
}

function memberSchema(kind: Kind, shared: ZodRawShape): ZodObject<{ use: z.ZodLiteral<string> }> {
  if (!(kind.config instanceof ZodObject)) {
    throw new ConfigError(`the config of ${kind.kind} "${kind.use}" must be a zod object, for "use" stands beside it`)
  }
  const { shape } = kind.config
  const added = Object.entries(shared).filter(([key]) => !(key in shape))
  const use = z.literal(kind.use).describe(kind.summary)
  // Unlike `extend`, this keeps what the kind checks across its keys.
  const extended = kind.config.safeExtend({ ...Object.fromEntries(added), use })
  // A loose object says itself that it takes any key.
  const loose = kind.config.def.catchall instanceof z.ZodUnknown
  return (loose ? extended : extended.strict()).describe(kind.summary) as unknown as ZodObject<{
    use: z.ZodLiteral<string>
  }>
}
