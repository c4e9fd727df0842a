import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mix, repeat } from '@sluice/pipeline'
import { afterAll, describe, expect, it } from 'vitest'
import { decontaminate, dedup, filter, minhash, normalize, pii, quality } from './index.ts'
import { masker } from './pii/pii.ts'
import { refined, rowsSource } from './testing/refined.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-refine-'))
afterAll(() => rmSync(folder, { recursive: true }))

const prose = (n: number) =>
  Array.from(
    { length: 12 },
    (_, i) =>
      `The keeper of lamp ${n} went to the water with a lantern, and that was all of evening ${i} he would have.`,
  ).join('\n')

describe('dedup', () => {
  const rows = ['a b', 'A  B\n', 'c', 'a b', 'd', 'c', 'e'].map(text => ({ text, id: 'same' }))

  it('drops what stood there before, and counts it', async () => {
    const { texts, events } = await refined(rowsSource(rows), [dedup()])
    expect(texts).toEqual(['a b', 'c', 'd', 'e'])
    const told = events.find(event => event.type === 'refined')
    expect(told).toMatchObject({
      stage: 'dedup',
      sources: { test: { documents: 7, kept: 4, dropped: { duplicate: 3 } } },
    })
  })

  it('does not take a document for its own duplicate in the next epoch', async () => {
    const { texts } = await refined(repeat(rowsSource(rows), { epochs: 3 }), [dedup()])
    expect(texts).toEqual(['a b', 'c', 'd', 'e', 'a b', 'c', 'd', 'e', 'a b', 'c', 'd', 'e'])
  })

  it('nor where a mix gives frames in pieces, and reads its sources at different paces', async () => {
    const source = (id: string) =>
      rowsSource(
        ['one', 'two', 'three', 'four', 'one'].map(text => ({ text: `${id} ${text}`, id: `${id} ${text}` })),
        4,
        id,
      )
    const sources = () => [
      { source: source('a'), weight: 3 },
      { source: source('b'), weight: 1 },
    ]
    const mixed = () => mix({ sources: sources(), epochs: 6, frame: 1 })
    const whole = await refined(mixed(), [dedup()])
    const told = whole.events.find(event => event.type === 'refined')
    const counts = { documents: 30, kept: 24, dropped: { duplicate: 6 } }
    expect(told).toMatchObject({ sources: { a: counts, b: counts } })
    expect(whole.frames.length).toBeGreaterThan(30)
  })

  it.each([
    ['dedup', dedup],
    ['minhash', minhash],
  ])('%s goes on exactly from any frame with a table saved later', async (id, make) => {
    const source = () => repeat(rowsSource(rows, 2), { epochs: 2 })
    const stage = make({ rejects: join(folder, `${id}.jsonl`) })
    const path = join(folder, id)
    let state: Uint8Array[] = []
    const whole = await refined(source(), [stage], {
      onFrame: () => {
        state = [...stage.save!()]
      },
    })
    writeFileSync(path, Buffer.concat(state))
    const rejected = readFileSync(join(folder, `${id}.jsonl`), 'utf8')
    for (const [i, frame] of whole.frames.entries()) {
      const again = make({ rejects: join(folder, `${id}.jsonl`) })
      const from = JSON.parse(JSON.stringify(frame.cursor))
      const rest = await refined(source(), [again], { from, saved: () => path })
      expect(rest.frames.map(({ cursor }) => cursor)).toEqual(whole.frames.slice(i + 1).map(({ cursor }) => cursor))
      expect(rest.frames.map(({ batch }) => batch.toArray().join())).toEqual(
        whole.frames.slice(i + 1).map(({ batch }) => batch.toArray().join()),
      )
      expect(readFileSync(join(folder, `${id}.jsonl`), 'utf8')).toBe(rejected)
    }
  })

  it('says that its table is missing', async () => {
    const { frames } = await refined(rowsSource(rows), [dedup()])
    await expect(refined(rowsSource(rows), [dedup()], { from: frames[0]!.cursor })).rejects.toThrow(
      'the table of 2 documents was not saved',
    )
  })
})

describe('minhash', () => {
  it('drops what is nearly there, and keeps the rest', async () => {
    const long = Array.from(
      { length: 300 },
      (_, i) => `w${String.fromCharCode(97 + (i % 26), 97 + ((i / 26) | 0))}`,
    ).join(' ')
    const near = `${long}\nAnd a last line.`
    const { texts } = await refined(
      rowsSource([long, near, 'quite another text of few words', ''].map(text => ({ text }))),
      [minhash()],
    )
    expect(texts).toEqual([long, 'quite another text of few words', ''])
  })
})

describe('documents that take steps', () => {
  /** Over 300 KB without a word that stands in another one. */
  const book = (title: string) => Array.from({ length: 60_000 }, (_, i) => `${title}${letters(i)}`).join(' ')
  const letters = (i: number): string =>
    String.fromCharCode(97 + (i % 26)) + (i < 26 ? '' : letters(Math.floor(i / 26)))

  it('are near duplicates of each other as short ones are', async () => {
    const [one, two] = [book('a'), book('b')]
    const rows = [one, `${one} And a last line.`, two, two.toUpperCase()]
    const { texts } = await refined(rowsSource(rows.map(text => ({ text }))), [minhash()])
    expect(texts.map(text => text === one || text === two)).toEqual([true, true])
  })

  it('are contaminated by words at their end, and by a text as long', async () => {
    const [one, two, three] = [book('a'), book('b'), book('c')]
    const rows = [one, `${two} ${prose(1)}`, `x ${three} y`].map(text => ({ text }))
    const list = join(folder, 'list.txt')
    writeFileSync(list, `nothing of it\n${three}`)
    const stage = decontaminate({ texts: [prose(1).slice(0, 90)], path: list, ngram: 8 })
    const { texts } = await refined(rowsSource(rows), [stage])
    expect(texts.map(text => text === one)).toEqual([true])
  })

  it('are repaired as short ones are', async () => {
    const damaged = '  It wasnâ€™t\u0000 here. \r\n\n\n\nTo\u0301\u00a0be\n'
    const repaired = '  It wasn’t here.\n\nTó be\n'
    const { texts } = await refined(rowsSource([{ text: damaged.repeat(20_000) }]), [normalize()])
    expect(texts[0] === repaired.repeat(20_000).trimEnd()).toBe(true)
    const parts = [
      { part: 0, last: false },
      { part: 1, last: true },
    ].map(part => {
      return { id: 'a', text: damaged.repeat(20_000), ...part }
    })
    const { texts: others } = await refined(rowsSource(parts), [normalize()])
    expect(others.map(text => text === repaired.repeat(20_000))).toEqual([true, true])
  })
})

describe('quality', () => {
  const judged = async (text: string, options: Parameters<typeof quality>[0]) => {
    const { texts, events } = await refined(rowsSource([{ text }]), [quality(options)])
    const told = events.find(event => event.type === 'refined')!
    return texts[0] ?? Object.keys(told.type === 'refined' ? told.sources.test!.dropped : {})[0]
  }

  it.each([
    ['too few words here', 'gopher: too few words'],
    ['a b c d e f g h '.repeat(10), 'gopher: words too short'],
    ['# '.repeat(30) + 'the words of that '.repeat(20), 'gopher: too many hash signs'],
    ['- the words of that kind here\n'.repeat(20), 'gopher: too many bullet lines'],
    ['the words of that kind go on and on...\n'.repeat(20), 'gopher: too many lines end with an ellipsis'],
    ['12345 67890 words '.repeat(30), 'gopher: too few words with a letter'],
    ['several words without function '.repeat(30), 'gopher: too few stop words'],
  ])('%j goes: %s', async (text, reason) => {
    expect(await judged(text, { rules: ['gopher'] })).toBe(reason)
  })

  it('keeps Chinese text, and judges it', async () => {
    const poem = '山中的老人不在家，我们在门口等了他一个下午。孩子们说他去了河边，和朋友一起看水。'
    expect(await judged(poem.repeat(3), { rules: ['gopher', 'c4'] })).toBe(poem.repeat(3))
    expect(await judged('山水', { rules: ['gopher'] })).toBe('gopher: too few words')
    const lines = Array.from({ length: 6 }, (_, i) => `第${i + 1}天，老人从山里回来，带了很多水果给孩子们吃。`).join(
      '\n',
    )
    expect(await judged(`${lines}\n目录`, { rules: ['c4', 'fineweb'] })).toBe(lines)
  })

  it('takes lines out by the rules of C4', async () => {
    const good = Array.from({ length: 5 }, (_, i) => `This is sentence number ${i} of the page.`)
    const bad = ['Menu', 'Please enable JavaScript to go on.', 'We use cookies on this site.', 'No end here at all']
    expect(await judged([...good, ...bad].join('\n'), { rules: ['c4'] })).toBe(good.join('\n'))
    expect(await judged(`${good.join('\n')}\nLorem ipsum dolor sit amet.`, { rules: ['c4'] })).toBe('c4: lorem ipsum')
    expect(await judged(`${good.join('\n')}\nif (a) { b } is code.`, { rules: ['c4'] })).toBe('c4: curly bracket')
    expect(await judged(good.slice(1).join('\n'), { rules: ['c4'] })).toBe('c4: too few sentences')
    expect(await judged(good.map(line => `${line}[12]`).join('\n'), { rules: ['c4'] })).toBe(good.join('\n'))
  })

  it('finds repetition', async () => {
    expect(await judged('one line of text\n'.repeat(5), { rules: ['repetition'] })).toBe('repetition: lines')
    expect(await judged(prose(1), { rules: ['fineweb'] })).toBe(prose(1))
  })

  it('judges a document in parts by its first, and writes it down as rejected', async () => {
    const rejects = join(folder, 'parts.jsonl')
    const rows = [
      { id: 'x', text: 'short', part: 0, last: false },
      { id: 'x', text: prose(2), part: 1, last: true },
      { id: 'y', text: prose(3), part: 0, last: false },
      { id: 'y', text: 'tail', part: 1, last: true },
    ]
    const { rows: kept } = await refined(rowsSource(rows, 1), [quality({ rules: ['gopher'], rejects })])
    expect(kept.map(({ id, part }) => [id, part])).toEqual([
      ['y', 0],
      ['y', 1],
    ])
    const lines = readFileSync(rejects, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines.map(({ id, part, reason }) => [id, part, reason])).toEqual([
      ['x', 0, 'gopher: too few words'],
      ['x', 1, 'gopher: too few words'],
    ])
  })
})

describe('normalize', () => {
  it('repairs and leaves alone', async () => {
    const rows = [
      'It wasnâ€™t\u0000 here. \n\n\n\nTo\u0301 be',
      '  plain text\n',
      'naïve café — “quoted”',
      ' \n',
      'Ð¿Ñ€Ð¸Ð²ÐµÑ‚',
      '\n\u3000a\u0000\b\tb\v\f\u001f\u007f\u009f\u00a1\ufeff\uffff \u3000\t\n',
    ]
    const { texts } = await refined(rowsSource(rows.map(text => ({ text }))), [normalize()])
    expect(texts).toEqual([
      'It wasn’t here.\n\nTó be',
      '  plain text',
      'naïve café — “quoted”',
      'привет',
      '\u3000a\tb\u00a1',
    ])
  })
})

describe('pii', () => {
  it('masks addresses and numbers, and not what looks like them', () => {
    const masked = (text: string) => masker()(text)?.text
    expect(masked('write to jo.doe+x@mail.example.org, from 8.8.8.8')).toBe('write to <email>, from <ip>')
    expect(masked('call +49 30 1234 5678 or (212) 555-0123.')).toBe('call <phone> or <phone>.')
    expect(masked('see 2001:db8::8a2e:370:7334 now')).toBe('see <ip> now')
    expect(masked('in 2019-11-24 at 10:30:15, version 1.2.3.4.5, 192.168.0.1, std::vector, 978-3-16-148410-0')).toBe(
      undefined,
    )
  })

  it('counts', async () => {
    const { texts, events } = await refined(rowsSource([{ text: 'a@b.com 12' }, { text: 'none' }]), [
      pii({ email: '' }),
    ])
    expect(texts).toEqual([' 12', 'none'])
    expect(events).toContainEqual(
      expect.objectContaining({ sources: { test: expect.objectContaining({ changed: { 'e-mail addresses': 1 } }) } }),
    )
  })
})

describe('decontaminate and filter', () => {
  it('drops what shares a run of words', async () => {
    const rows = [{ text: `Before it. ${prose(1).slice(0, 90)}!` }, { text: prose(2) }]
    const { rows: kept } = await refined(rowsSource(rows), [
      decontaminate({ texts: [prose(1).toUpperCase()], ngram: 8 }),
    ])
    // Numbers count for nothing, so that both are known by it.
    expect(kept).toHaveLength(0)
    expect((await refined(rowsSource(rows), [decontaminate({ texts: ['something else'] })])).rows).toHaveLength(2)
  })

  it('asks a function of one’s own', async () => {
    const keep = async ({ text }: { text: string }) => (text === 'a' ? true : text === 'b' ? 'too b' : { text: 'C' })
    const { texts, events } = await refined(rowsSource(['a', 'b', 'c'].map(text => ({ text }))), [filter({ keep })])
    expect(texts).toEqual(['a', 'C'])
    expect(events).toContainEqual(
      expect.objectContaining({ sources: { test: expect.objectContaining({ dropped: { 'too b': 1 } }) } }),
    )
  })
})
