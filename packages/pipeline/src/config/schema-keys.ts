import type { core, ZodType } from 'zod'

type Def = {
  readonly type: string
  readonly shape?: Readonly<Record<string, ZodType>>
  readonly element?: ZodType
  readonly valueType?: ZodType
  readonly innerType?: ZodType
  readonly in?: ZodType
  readonly left?: ZodType
  readonly right?: ZodType
  readonly options?: readonly ZodType[]
  readonly items?: readonly ZodType[]
  readonly discriminator?: string
  readonly values?: readonly unknown[]
  readonly getter?: () => ZodType
}

function defOf(schema: ZodType): Def {
  return (schema as unknown as { _zod: core.$ZodTypeInternals })._zod.def as unknown as Def
}

/** The keys that may stand in the object under `path` of a config, where `value` is the whole config. */
export function keysAt(schema: ZodType, path: readonly PropertyKey[], value: unknown): readonly string[] {
  const [step, ...rest] = path
  const keys = objectsOf(schema, value).flatMap(shape => {
    if (step === undefined) return Object.keys(shape)
    const member = shape[String(step)]
    return member ? keysAt(member, rest, part(value, step)) : []
  })
  if (step !== undefined && keys.length === 0) {
    return elementsOf(schema, step).flatMap(element => keysAt(element, rest, part(value, step)))
  }
  return [...new Set(keys)]
}

function part(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined
}

/** The object schemas that `value` may have been meant for; of a union by discriminator, the one it names. */
function objectsOf(schema: ZodType, value: unknown): Readonly<Record<string, ZodType>>[] {
  const def = defOf(schema)
  if (def.shape) return [def.shape]
  const options = def.options?.filter(option => !def.discriminator || names(option, def.discriminator, value))
  return (options ?? inner(def)).flatMap(one => objectsOf(one, value))
}

function names(option: ZodType, discriminator: string, value: unknown): boolean {
  const literal = objectsOf(option, value)[0]?.[discriminator]
  return literal !== undefined && (defOf(literal).values ?? []).includes(part(value, discriminator))
}

/** What is inside of an array, a tuple or a record. */
function elementsOf(schema: ZodType, step: PropertyKey): ZodType[] {
  const def = defOf(schema)
  const direct = def.element ?? def.valueType ?? def.items?.[Number(step)]
  if (direct) return [direct]
  return [...(def.options ?? []), ...inner(def)].flatMap(one => elementsOf(one, step))
}

/** What optional, default, pipe, lazy, intersection … are made around. */
function inner(def: Def): ZodType[] {
  const within = [def.innerType, def.in, def.left, def.right, def.type === 'lazy' ? def.getter?.() : undefined]
  return within.filter(one => one !== undefined)
}
