import type { Node } from 'jsonc-parser'

/**
 * The value of a JSON syntax tree. Unlike `JSON.parse` it tells keys that stand twice, and takes `__proto__` for a key.
 */
export function plainValue(node: Node, duplicate: (key: string, node: Node) => never): unknown {
  if (node.type === 'array') return (node.children ?? []).map(child => plainValue(child, duplicate))
  if (node.type !== 'object') return node.value
  const entries = new Map<string, unknown>()
  for (const { children } of node.children ?? []) {
    const [key, value] = children!
    if (entries.has(key!.value)) duplicate(key!.value, key!)
    entries.set(key!.value, plainValue(value!, duplicate))
  }
  return Object.fromEntries(entries)
}
