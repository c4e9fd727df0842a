import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readAll } from '../testing/documents.ts'
import { expectResumes } from '../testing/resume.ts'
import { wiki } from './wiki.ts'

const baseDir = fileURLToPath(new URL('../../../../../shared/data/samples/wiki', import.meta.url))
const golden = (name: string) => JSON.parse(readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8'))

interface GoldenPage {
  readonly title: string
  readonly namespace: number
  readonly id: number
  readonly redirect: boolean
  readonly revision: number
  readonly timestamp: string
}

// Dumps that lie beside the repository on some machines: real, and not ours to ship.
describe.skipIf(!existsSync(baseDir))('sample dumps', () => {
  const found: Record<string, GoldenPage[]> = golden('sample.json')

  test.each(Object.keys(found))('%s: pages, namespaces and redirects as ElementTree finds them', async path => {
    const pages = found[path]!
    const namespaces = [...new Set(pages.map(page => page.namespace))]
    const everything = { namespaces, redirects: true, disambiguations: true }
    const rows = await readAll(wiki({ path, baseDir, ...everything }))
    expect(
      rows.map(({ metadata, created }) => ({
        title: metadata!.title,
        namespace: metadata!.namespace ?? 0,
        id: metadata!.page,
        redirect: metadata!.redirect === true,
        revision: metadata!.revision,
        created,
      })),
    ).toEqual(pages.map(({ timestamp, sha256: _, ...page }: any) => ({ ...page, created: Date.parse(timestamp) })))
    const articles = pages.filter(page => page.namespace === 0 && !page.redirect)
    const read = await readAll(wiki({ path, baseDir, disambiguations: true }))
    expect(read.map(row => row.metadata!.page)).toEqual(articles.map(page => page.id))
    for (const row of read) expect(row.text).not.toMatch(/\{\{|\}\}|\[\[|\]\]|<ref|'''|\{\||&nbsp;|\n{3}/)
  })

  test('they resume', async () => {
    for (const path of Object.keys(found)) await expectResumes(wiki({ path, baseDir, frameBytes: 40_000 }))
  })

  // golden/wtf.mjs: what wtf_wikipedia makes of the same pages, as a histogram of words.
  test('page by page, the words are those of wtf_wikipedia', async () => {
    const theirs: Record<string, string> = golden('wtf.json')
    const rows = await readAll(wiki({ path: 'enwiki-*.xml.bz2', baseDir, disambiguations: true }))
    expect(rows.map(row => String(row.metadata!.page))).toEqual(Object.keys(theirs))
    for (const row of rows) {
      const page = Buffer.from(theirs[String(row.metadata!.page)]!, 'base64')
      const their = Array.from({ length: 256 }, (_, bin) => page.readUInt16LE(2 * bin))
      const our = histogram(row.text)
      const common = sum(our.map((count, bin) => Math.min(count, their[bin]!)))
      const { title } = row.metadata!
      // Nearly nothing of theirs is missing; what we have more is what their parser drops of tables of contents and lists.
      expect(common / sum(their), `${title}: share of theirs that ours has`).toBeGreaterThan(0.97)
      expect(common / sum(our), `${title}: share of ours that theirs has`).toBeGreaterThan(0.91)
    }
  })
})

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

/** As golden/wtf.mjs counts. */
function histogram(text: string): number[] {
  const counts = new Array<number>(256).fill(0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 0x811c9dc5
    for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193)
    counts[(hash ^ (hash >>> 16)) & 255]!++
  }
  return counts
}
