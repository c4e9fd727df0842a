import { xmlText } from './unescape.ts'

/** What the header of a dump says of its wiki. */
export interface Site {
  /** `enwiki`, or the host where the header does not name it; part of every document's id. */
  readonly name: string | undefined
  /** Address of a page, up to its title. */
  readonly base: string | undefined
  readonly lang: string | undefined
  /** Names of namespaces by their numbers. */
  readonly namespaces: readonly (readonly [number: number, name: string])[]
}

export const noSite: Site = { name: undefined, base: undefined, lang: undefined, namespaces: [] }

/** Reads the `<mediawiki>` tag and the `<siteinfo>`. What is missing or broken is undefined: pages can be read without. */
export function readSite(bytes: Uint8Array): Site {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const element = (name: string): string | undefined => {
    const open = header.indexOf(`<${name}>`)
    const close = header.indexOf(`</${name}>`, open)
    if (open < 0 || close < 0) return undefined
    return textOf(bytes, open + name.length + 2, close)
  }
  const url = element('base')
  const host = url === undefined || !URL.canParse(url) ? undefined : new URL(url).host
  const lang = /<mediawiki\b[^>]*\sxml:lang="([A-Za-z0-9-]{1,35})"/.exec(header)?.[1]
  const namespaces: [number, string][] = []
  for (const match of header.matchAll(/<namespace key="(-?[0-9]{1,6})"[^>]*>([^<]*)<\/namespace>/g)) {
    const from = match.index + match[0].lastIndexOf('>', match[0].length - 2) + 1
    const name = textOf(bytes, from, from + match[2]!.length)
    if (name) namespaces.push([Number(match[1]), name])
  }
  return {
    name: element('dbname') ?? host,
    // Up to the last part of the main page's own address.
    base: host === undefined ? undefined : url!.replace(/[^/=]*$/, ''),
    lang: lang === 'simple' ? 'en' : lang,
    namespaces,
  }
}

function textOf(bytes: Uint8Array, from: number, to: number): string | undefined {
  try {
    return xmlText(bytes, from, to).trim() || undefined
  } catch {
    return undefined
  }
}

/** The address of a page. */
export function pageUrl({ base }: Site, title: string): string | undefined {
  if (base === undefined) return undefined
  // As MediaWiki's wfUrlencode leaves them.
  const path = encodeURIComponent(title.replaceAll(' ', '_'))
  return base + path.replace(/%(?:3A|2F|3B|40|24|2C)/g, decodeURIComponent)
}
