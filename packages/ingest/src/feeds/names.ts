/** The elements of feeds whose namespaces are known by a prefix of their own, whatever prefix a feed gives them. */
const namespaces: Readonly<Record<string, string>> = {
  'http://www.w3.org/2005/atom': '',
  'http://purl.org/atom/ns#': '',
  'http://purl.org/rss/1.0/': '',
  'http://my.netscape.com/rdf/simple/0.9/': '',
  'http://channel.netscape.com/rdf/simple/0.9/': '',
  'http://backend.userland.com/rss2': '',
  'http://purl.org/rss/1.0/modules/content/': 'content:',
  'http://purl.org/dc/elements/1.1/': 'dc:',
  'http://purl.org/dc/terms/': 'dcterms:',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf:',
  'http://www.w3.org/1999/xhtml': 'xhtml:',
}

/** Gives elements the same name in every feed, in lower case. Prefixes keep their first meaning. */
export function feedNames(): { declare(attributes: Record<string, string>): void; name(tag: string): string } {
  const prefixes = new Map<string, string>()
  return {
    declare(attributes) {
      for (const key in attributes) {
        if (!key.startsWith('xmlns:') || prefixes.size > 100) continue
        const prefix = key.slice(6).toLowerCase()
        const known = namespaces[attributes[key]!.trim().toLowerCase()]
        if (!prefixes.has(prefix)) prefixes.set(prefix, known ?? `${prefix}:`)
      }
    },
    name(tag) {
      const lower = tag.toLowerCase()
      const colon = lower.indexOf(':')
      if (colon < 0) return lower
      const prefix = lower.slice(0, colon)
      return `${prefixes.get(prefix) ?? `${prefix}:`}${lower.slice(colon + 1)}`
    },
  }
}
