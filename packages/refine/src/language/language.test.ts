import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refined, rowsSource } from '../testing/refined.ts'
import { sentences } from '../testing/sentences.ts'
import { language } from './language.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-language-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rows = (texts: readonly string[]) => texts.map((text, i) => ({ text, id: `${i}` }))
const { en, de, zh } = sentences

describe('language', () => {
  it.each(Object.entries(sentences))('tells %s by a single sentence, and writes it down', async (lang, texts) => {
    const { rows: documents } = await refined(rowsSource(rows(texts)), [language()])
    expect(documents.map(document => document.lang)).toEqual(texts.map(() => lang))
    expect(documents.map(document => document.text)).toEqual(texts)
  })

  it('keeps what is asked for, and says what went', async () => {
    const source = rowsSource(rows([en![0]!, de![0]!, zh![0]!, de![1]!, '12345 67890']))
    const rejects = join(folder, 'rejected.jsonl')
    const { rows: documents, events } = await refined(source, [language({ keep: ['en', 'zh'], rejects })])
    expect(documents.map(({ text, lang }) => [lang, text])).toEqual([
      ['en', en![0]],
      ['zh', zh![0]],
    ])
    expect(events.find(event => event.type === 'refined')).toMatchObject({
      stage: 'language',
      sources: { test: { documents: 5, kept: 2, dropped: { 'language: de': 2, 'language: unknown': 1 } } },
    })
    const rejected = readFileSync(rejects, 'utf8').trimEnd().split('\n')
    expect(rejected.map(line => JSON.parse(line).reason)).toEqual(['language: de', 'language: de', 'language: unknown'])
  })

  it('believes the text, not the label; where the text tells nothing, the label stays', async () => {
    const labelled = [
      { text: en![0]!, lang: 'fr' },
      { text: '1 2 3 4', lang: 'fr' },
      { text: '', lang: 'fr' },
    ]
    const { rows: documents } = await refined(rowsSource(labelled), [language()])
    expect(documents.map(document => document.lang)).toEqual(['en', 'fr', 'fr'])
  })

  it('believes nothing below min', async () => {
    const source = () => rowsSource(rows([en![0]!]))
    expect((await refined(source(), [language({ min: 1 })])).rows[0]!.lang).toBeNull()
    const { events } = await refined(source(), [language({ min: 1, keep: ['en'] })])
    expect(events.find(event => event.type === 'refined')).toMatchObject({
      sources: { test: { dropped: { 'language: unknown': 1 } } },
    })
  })

  it('tells a long document by its first part, and its parts go together', async () => {
    const parts = (id: string, texts: readonly string[]) =>
      texts.map((text, part) => ({ id, text, part, last: part === texts.length - 1 }))
    const source = rowsSource([...parts('a', [en![0]!, de![0]!, '1']), ...parts('b', [de![0]!, en![0]!])], 2)
    const { rows: documents } = await refined(source, [language({ keep: ['en'] })])
    expect(documents.map(({ id, part, lang }) => [id, part, lang])).toEqual([
      ['a', 0, 'en'],
      ['a', 1, 'en'],
      ['a', 2, 'en'],
    ])
  })

  it('a text that is cut within a character after 4,000 bytes is told all the same', async () => {
    for (const before of ['', 'a', 'ab']) {
      const { rows: documents } = await refined(rowsSource(rows([before + zh!.join('').repeat(40)])), [language()])
      expect(documents[0]!.lang).toBe('zh')
    }
  })

  it('refuses what it cannot tell', async () => {
    expect(() => language({ keep: [] })).toThrow('keep names no language: every document would go')
    expect(() => language({ min: 2 })).toThrow('min must be from 0 to 1, found 2')
    await expect(refined(rowsSource(rows(en!)), [language({ keep: ['en', 'xx', 'eng'] })])).rejects.toMatchObject({
      message: '"xx", "eng" cannot be told',
      place: 'keep',
      advice: expect.stringMatching(/^these can: am, ar, .*zh$/),
    })
  })
})
