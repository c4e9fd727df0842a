const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g

/**
 * The first key that stands twice in one object of a JSON text, with the keys that lead to it. `JSON.parse` keeps the last
 * of several silently, and another reader may keep the first: two tensors under one name.
 *
 * @param json text that `JSON.parse` accepts
 */
export function repeatedKey(json: string): string | undefined {
  const open: { keys: Set<string> | undefined; key: string }[] = []
  let string: string | undefined
  for (const [token] of json.matchAll(tokens)) {
    const top = open.at(-1)
    if (token === '{' || token === '[') open.push({ keys: token === '{' ? new Set() : undefined, key: '' })
    else if (token === '}' || token === ']') open.pop()
    else if (token !== ':') string = token
    else if (top?.keys && string !== undefined) {
      top.key = JSON.parse(string) as string
      if (top.keys.has(top.key)) return open.map(level => level.key).join('.')
      top.keys.add(top.key)
    }
  }
  return undefined
}
