/** Why a line gives no document. The caller knows where the line stands. */
export class BadRecord extends Error {
  readonly advice: string | undefined

  constructor(message: string, advice?: string, cause?: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}

/** Levels that values may stand within each other: enough for data, and few enough for whatever reads them by recursion. */
export const maxDepth = 1000

/** The object on one line. @throws BadRecord */
export function recordOf(line: string): Record<string, unknown> {
  if (isTooDeep(line)) throw new BadRecord(`expected values at most ${maxDepth} levels deep`)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new BadRecord(`expected a JSON object, found ${excerpt(line)}`, adviceFor(line), cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  throw new BadRecord(`expected a JSON object, found ${kind}`, adviceFor(line))
}

/** A file that is one JSON value and not a value a line shows in its brackets. */
function adviceFor(line: string): string | undefined {
  const start = line.trim()
  if (start.startsWith('[')) return 'for a file that is one JSON array: read it with "use": "files"'
  if (start === '{') return 'for a file of indented JSON: make it one object a line (jq -c .)'
  return undefined
}

/** Told before it is parsed: millions of levels take V8's parser a tenth of a second each million, and JSON.stringify overflows. */
function isTooDeep(line: string): boolean {
  // Few lines have as many brackets at all.
  if (!hasMany(line, '[') && !hasMany(line, '{')) return false
  let depth = 0
  let inString = false
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code === 0x22) inString = !inString
    else if (inString) {
      if (code === 0x5c) i++
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

function hasMany(line: string, bracket: string): boolean {
  let at = -1
  for (let count = 0; count <= maxDepth / 2; count++) {
    at = line.indexOf(bracket, at + 1)
    if (at < 0) return false
  }
  return true
}

function excerpt(line: string): string {
  const start = line.slice(0, 200).trim().replace(/\s+/g, ' ')
  return start.length <= 40 ? start : `${start.slice(0, 39)}…`
}
