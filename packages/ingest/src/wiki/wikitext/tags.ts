import { NameTable } from './names.ts'

/**
 * What becomes of an element: its tags go (`strip`), or end a line (`line`) or paragraph; all of it goes with what is in it, which
 * is no wikitext (`drop`); what is in it stays as it is, in the line (`keep`) or in lines of its own (`lines`); a table is a table.
 */
export type TagAction = 'strip' | 'line' | 'paragraph' | 'drop' | 'keep' | 'lines' | 'table'

const actions: Readonly<Record<TagAction, string>> = {
  strip:
    'b i u s a strike del ins em strong small big sub sup span font cite var code tt kbd samp abbr dfn q bdi bdo mark ruby rb rt rtc rp time data wbr caption thead tbody tfoot col colgroup section noinclude onlyinclude translate tvar languages nobr',
  line: 'br div li ul ol dl dt dd tr td th center hr poem',
  paragraph: 'p blockquote h1 h2 h3 h4 h5 h6',
  drop: 'ref references math chem ce gallery timeline imagemap hiero score graph mapframe maplink templatedata templatestyles inputbox indicator categorytree charinsert rss phonos includeonly style script',
  keep: 'nowiki',
  lines: 'pre syntaxhighlight source',
  table: 'table',
}

/** HTML elements that wikitext may have, and those of MediaWiki and its extensions on Wikipedia. */
export interface Tag {
  readonly name: string
  readonly action: TagAction
  /** Its number, from 0. */
  readonly index: number
}

const all: Tag[] = (Object.entries(actions) as [TagAction, string][]).flatMap(([action, names]) =>
  names.split(' ').map(name => ({ name, action, index: 0 })),
)

export const tags = new NameTable<Tag>(all.map((tag, index) => [tag.name, { ...tag, index }]))
export const tagCount = all.length
