import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../main.ts'
import { testConsole } from '../testing/console.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sluice-cli-refine-'))
  const texts = ['One  text.', 'two', 'one  text.', 'write to a@b.org']
  writeFileSync(join(cwd, 'a.jsonl'), texts.map(text => `${JSON.stringify({ text })}\n`).join(''))
  const refine = [{ use: 'normalize' }, { use: 'dedup', rejects: 'rejected.jsonl' }, { use: 'pii' }]
  const config = { name: 'x', sources: [{ use: 'jsonl', path: 'a.jsonl' }], refine }
  writeFileSync(join(cwd, 'config.json'), JSON.stringify(config))
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

describe('pipeline refine', () => {
  it('writes what is left, and says what is not', async () => {
    const console = testConsole({ cwd })
    expect(await main(['refine', 'config.json', '--out', 'out.jsonl'], console), console.err()).toBe(0)
    const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).text)).toEqual(['One  text.', 'two', 'write to <email>'])
    expect(console.out()).toContain('dedup-2: jsonl: kept 3 of 4; dropped: duplicate 1\n')
    expect(console.out()).toContain('pii-3: jsonl: kept 3 of 3; changed: e-mail addresses 1\n')
    expect(JSON.parse(readFileSync(join(cwd, 'rejected.jsonl'), 'utf8'))).toMatchObject({
      stage: 'dedup-2',
      reason: 'duplicate',
      text: 'one  text.',
    })
  })

  it('writes Parquet, and refuses a name that tells no format', async () => {
    const console = testConsole({ cwd })
    expect(await main(['refine', 'config.json', '--out', 'out.parquet'], console), console.err()).toBe(0)
    expect(readFileSync(join(cwd, 'out.parquet')).toString('latin1', 0, 4)).toBe('PAR1')
    expect(await main(['refine', 'config.json', '--out', 'out.txt'], console)).toBe(2)
  })
})

describe('pipeline peek', () => {
  it('prints documents as they are after a stage', async () => {
    const texts = async (stage: string) => {
      const console = testConsole({ cwd })
      expect(
        await main(['peek', 'config.json', '--stage', stage, '--count', '9', '--json'], console),
        console.err(),
      ).toBe(0)
      return console
        .out()
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).text)
    }
    expect(await texts('0')).toHaveLength(4)
    expect(await texts('2')).toEqual(['One  text.', 'two', 'write to a@b.org'])
    expect((await texts('3')).at(-1)).toBe('write to <email>')
    const console = testConsole({ cwd })
    expect(await main(['peek', 'config.json', '--stage', '-1'], console)).toBe(2)
  })
  it('prints documents of each source of a mix, and names it', async () => {
    const lines = (texts: string[]) => texts.map(text => `${JSON.stringify({ text })}\n`).join('')
    writeFileSync(join(cwd, 'large.jsonl'), lines(Array.from({ length: 1000 }, (_, i) => `large ${i}`)))
    writeFileSync(join(cwd, 'small.jsonl'), lines(['small 0']))
    const sources = [
      { use: 'jsonl', id: 'large', path: 'large.jsonl', weight: 9 },
      { use: 'jsonl', id: 'small', path: 'small.jsonl', weight: 1 },
    ]
    writeFileSync(join(cwd, 'mix.json'), JSON.stringify({ name: 'x', sources, refine: [{ use: 'normalize' }] }))
    const console = testConsole({ cwd })
    expect(await main(['peek', 'mix.json', '--count', '2'], console), console.err()).toBe(0)
    expect(console.out().match(/^--- \w+: .* \(\d+ bytes\)\n.*/gm)).toEqual([
      expect.stringMatching(/^--- large: .* \(7 bytes\)\nlarge 0$/),
      expect.stringMatching(/^--- large: .* \(7 bytes\)\nlarge 1$/),
      expect.stringMatching(/^--- small: .* \(7 bytes\)\nsmall 0$/),
    ])
    const none = testConsole({ cwd })
    expect(await main(['peek', 'mix.json', '--count', '0'], none), none.err()).toBe(0)
    expect(none.out()).toBe('')
  })
})
