const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Characters written by name or number; `&amp;lt;` is `&lt;`, for what was escaped twice was meant so. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    // Zero-width spaces stand for empty lines in Reddit's editor.
    if (code === 0x200b) return ''
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole
  })
}

/** Characters over which a text is left with its marks: Reddit takes 40,000. */
const maxLength = 100_000

/**
 * The words of Reddit's Markdown without its marks: emphasis, headings, quotes, code, spoilers, escapes; of a link its text. Lists
 * and lines stay as they are written. Every pattern's reach is bounded, and so is the text, so that none takes long.
 */
export function markdownToText(markdown: string): string {
  const lines = decodeEntities(markdown).replace(/\r\n?/g, '\n')
  if (lines.length > maxLength) return lines.trim()
  return (
    lines
      // Fences, rules and underlines of headings.
      .replace(/^ {0,3}(?:`{3}.*|~{3}.*|(?:[-*_] ?){3,}|=+)$/gm, '')
      .replace(/^ {0,3}(?:#{1,6} +|(?:> ?)+(?!!))/gm, '')
      .replace(/!?\[([^\]\n]{0,500})\]\((?:[^()\s]|\([^()\s]{0,200}\)){1,2000}(?: "[^"\n]{0,200}")?\)/g, '$1')
      .replace(/>!([^\n]{1,500}?)!</g, '$1')
      .replace(/(?<![\\*])(?:\*\*|~~)(?=\S)|(?<=[^\s\\*])(?:\*\*|~~)/g, '')
      .replace(/(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300})(?<=[^\s*])\*(?![\w*])/g, '$1')
      .replace(/(?<![\w\\])(__?)(?=[^\s_])([^_\n]{1,300})(?<=[^\s_])\1(?!\w)/g, '$2')
      .replace(/(?<!\\)`{1,2}([^`\n]{1,500})`{1,2}/g, '$1')
      .replace(/\^(?:\(([^()\n]{1,300})\)|(?=\w))/g, '$1')
      .replace(/\\([\\`*_{}[\]()#+.!>~^|-])/g, '$1')
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  )
}
