/** Why a line gives no document. The caller knows where the line stands. */
export class BadRecord extends Error {
  readonly advice: string | undefined

  constructor(message: string, advice?: string, cause?: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}

/** The object on one line. @throws BadRecord */
export function recordOf(line: string): Record<string, unknown> {
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

function excerpt(line: string): string {
  const start = line.slice(0, 200).trim().replace(/\s+/g, ' ')
  return start.length <= 40 ? start : `${start.slice(0, 39)}…`
}
