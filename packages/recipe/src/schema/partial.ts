import { type ZodType, z } from 'zod'

/**
 * The same schema with every key left to choice at every depth and no defaults filled in: what a variant of a config may say.
 * Lists are replaced whole. Where a section is one of several kinds, any key of any of them is allowed: the merged config is
 * checked against the full schema afterwards.
 */
export function partialOf(schema: ZodType): ZodType {
  const described = (type: ZodType) => (schema.description ? type.describe(schema.description) : type)
  const def = schema.def as {
    type: string
    innerType?: ZodType
    shape?: Record<string, ZodType>
    options?: ZodType[]
    discriminator?: string
  }
  if (def.innerType && ['default', 'prefault', 'optional'].includes(def.type))
    return described(partialOf(def.innerType))
  if (def.shape) return described(z.strictObject(optionalShape([def.shape])))
  if (def.options && def.discriminator) {
    const shapes = def.options.map(option => (option.def as unknown as { shape: Record<string, ZodType> }).shape)
    return described(z.strictObject(optionalShape(shapes)))
  }
  return schema
}

function optionalShape(shapes: readonly Record<string, ZodType>[]): Record<string, ZodType> {
  const merged = new Map<string, ZodType[]>()
  for (const shape of shapes) {
    for (const [key, type] of Object.entries(shape)) merged.set(key, [...(merged.get(key) ?? []), partialOf(type)])
  }
  const entries = [...merged].map(([key, types]): [string, ZodType] => {
    const type = types.length === 1 ? types[0]! : z.union(types as never)
    const description = types[0]!.description
    return [key, description ? type.optional().describe(description) : type.optional()]
  })
  return Object.fromEntries(entries)
}
