import { toJSONSchema, type ZodType } from 'zod'

/**
 * The JSON Schema (draft 2020-12) of a config as a person writes it, so that an editor completes and checks it. A `$schema`
 * key at the top is allowed: it is how a config names this very schema.
 */
export function toJsonSchema(schema: ZodType, title?: string): Record<string, unknown> {
  const made = toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
  const { properties, ...rest } = made
  if (typeof properties !== 'object' || properties === null) return made
  return {
    ...rest,
    ...(title === undefined ? {} : { title }),
    properties: { $schema: { type: 'string' }, ...properties },
  }
}
