import type { Heading } from './headings.ts'

/** Characters that may stand under an entry of a table of contents: a subtitle, a summary. */
const entryText = 600

/**
 * Takes the entries of tables of contents out of the headings. An entry is known by its company: a run of headings with next to
 * nothing under them, three or more of them of one kind, that come again further on or have nothing at all under them. The run
 * ends where its first entry comes again: there the book begins. The heading "CONTENTS" goes too.
 */
export function withoutContents<H extends Heading>(headings: readonly H[], text: string): H[] {
  const under = headings.map(
    (heading, i) => text.slice(heading.end, headings[i + 1]?.start ?? text.length).trim().length,
  )
  const lastOf = new Map(headings.map((heading, i) => [heading.key, i]))
  const again = headings.map((heading, i) => lastOf.get(heading.key)! > i)
  const entry = headings.map((_, i) => under[i] === 0 || (again[i]! && under[i]! <= entryText))
  const kept: H[] = []
  for (let i = 0; i < headings.length; ) {
    const first = headings[i]!.key.endsWith('contents') ? i + 1 : i
    const begins = (k: number): boolean => k > first && headings[k]!.key === headings[first]!.key
    let end = i
    while (end < headings.length && entry[end]! && !begins(end)) end++
    const listed = isList(headings.slice(i, end))
    // What stands under a table's last entry is what follows the table: its length says nothing.
    if (listed && end < headings.length && again[end]! && !begins(end)) end++
    if (listed) i = end
    else kept.push(headings[i++]!)
  }
  return kept.filter(heading => !/^(?:table of )?contents$/.test(heading.key))
}

/** Three of a kind: "BOOK I", "PART I", "CHAPTER I" one under the other are the beginning of a book and no list. */
function isList(run: readonly Heading[]): boolean {
  const kinds = new Map<string, number>()
  for (const { key } of run) {
    const kind = key.startsWith('第') ? key.at(-1)! : key.split(' ')[0]!
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return Math.max(0, ...kinds.values()) >= 3
}
