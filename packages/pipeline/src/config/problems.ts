import type { core, ZodType } from 'zod'
import { nearest } from '../registry/nearest.ts'
import { keysAt } from './schema-keys.ts'

/** One thing that is wrong with a config. */
export interface Problem {
  readonly path: readonly PropertyKey[]
  /** Whether the fault is the key and not what stands under it. */
  readonly key: boolean
  readonly message: string
  readonly advice: string | undefined
}

/** What zod found, in the words of the person who wrote the config. */
export function problemsOf(issues: readonly core.$ZodIssue[], schema: ZodType, value: unknown): readonly Problem[] {
  const found = issues.flatMap(issue => explained(issue, schema, value))
  // A misspelt key makes two faults of one: the key unknown, and the one that was meant missing.
  const meant = new Set(
    found.filter(({ key }) => key).map(({ path, advice }) => `${keyPath(path.slice(0, -1))}|${advice}`),
  )
  return found.filter(({ path, message }) => {
    const twin = `${keyPath(path.slice(0, -1))}|${didYouMean(String(path.at(-1)))}`
    return !(message.startsWith('is missing') && meant.has(twin))
  })
}

/** `["sources", 0, "path"]` as `sources[0].path`. */
export function keyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}

function explained(issue: core.$ZodIssue, schema: ZodType, value: unknown): Problem[] {
  const { path } = issue
  const plain = (message: string, advice?: string): Problem[] => [{ path, key: false, message, advice }]
  const found = path.reduce<unknown>((part, step) => (part as Record<PropertyKey, unknown> | undefined)?.[step], value)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path, value)
      return issue.keys.map(key => ({
        path: [...path, key],
        key: true,
        message: 'is no key that is known here',
        advice: suggestion(key, known),
      }))
    }
    case 'invalid_union':
      if (issue.discriminator !== undefined && issue.errors.length === 0) {
        const options = (issue as { options?: readonly unknown[] }).options?.map(String) ?? []
        if (found === undefined) return plain('is missing', `known: ${options.join(', ')}`)
        return plain(`is none of those known: found ${shown(found)}`, suggestion(String(found), options))
      }
      if (found === undefined) return plain('is missing')
      return closest(issue, schema, value) ?? plain(expectation(issue.message, found))
    case 'invalid_type':
      if (found === undefined) return plain(`is missing: expected ${issue.expected}`)
      return plain(`expected ${issue.expected}, found ${shown(found)}`)
    case 'invalid_value':
      return plain(
        `expected ${issue.values.map(shown).join(' or ')}, found ${shown(found)}`,
        typeof found === 'string' ? didYouMean(nearest(found, issue.values.map(String))) : undefined,
      )
    default:
      return plain(expectation(issue.message, found))
  }
}

/** Of the alternatives of a union, the problems of the one that the value came nearest to: past its outermost type. */
function closest(issue: core.$ZodIssueInvalidUnion, schema: ZodType, value: unknown): Problem[] | undefined {
  const near = issue.errors.filter(
    errors => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  if (near.length !== 1) return undefined
  return near[0]!.flatMap(one => explained({ ...one, path: [...issue.path, ...one.path] }, schema, value))
}

/** Zod begins with a capital and a category: `Too small: expected number to be >=1`. */
function expectation(message: string, found: unknown): string {
  const text = message.replace(/^(Invalid input|Invalid string|Too small|Too big|Invalid \w+): /, '')
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}${found === undefined ? '' : `, found ${shown(found)}`}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function suggestion(word: string, known: readonly string[]): string | undefined {
  return didYouMean(nearest(word, known)) ?? (known.length > 0 ? `known: ${known.join(', ')}` : undefined)
}

function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean "${word}"?`
}
