import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../main.ts'
import { testConsole } from '../testing/console.ts'

let cwd: string

async function called(...argv: string[]) {
  const console = testConsole({ cwd })
  return { code: await main(['tokenizer', ...argv], console), out: console.out(), err: console.err() }
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sluice-'))
  await writeFile(join(cwd, 'corpus.txt'), 'the whale and the sea, the whale and the ship\n'.repeat(4))
  await called('train', 'bpe.json', 'corpus.txt', '--vocab-size', '280')
  await called('train', 'word.json', 'corpus.txt', '--kind', 'word')
})
afterAll(() => rm(cwd, { recursive: true }))

test('train writes a tokenizer.json', async () => {
  const { code, out } = await called(
    'train',
    'cl.json',
    'corpus.txt',
    '--vocab-size',
    '262',
    '--cut',
    'cl100k',
    '--train-on',
    '90',
  )
  expect(code).toBe(0)
  expect(out).toMatch(/^cl\.json: bpe, 262 tokens, in \d+ s\n$/)
  await called('train', 'few.json', 'corpus.txt', '--cut', 'llama3', '--min-frequency', '5', '--max-token-length', '3')
  expect(JSON.parse((await called('inspect', 'few.json', '--json')).out).vocabSize).toBe(263)
  for (const kind of ['char', 'wordpiece'])
    expect((await called('train', `${kind}.json`, 'corpus.txt', '--kind', kind)).code).toBe(0)
})

test('encode shows the cut, decode goes back', async () => {
  const { out } = await called('encode', 'bpe.json', '--text', 'the whale é')
  const [cut, ids, sum] = out.split('\n')
  expect(cut).toMatch(/^the\|·whale\|·\|<c3>\|<a9>$/)
  expect(sum).toBe('5 tokens for 12 bytes')
  expect((await called('decode', 'bpe.json', ...ids!.split(' '))).out).toBe('the whale é\n')
  expect((await called('encode', 'bpe.json', '--text', 'the whale é', '--ids')).out).toBe(`${ids}\n`)
  const json = JSON.parse((await called('encode', 'bpe.json', '--text', '<|endoftext|>', '--special', '--json')).out)
  expect(json).toEqual({ ids: [0], pieces: ['<|endoftext|>'] })
})

test('encode takes files and standard input, decode gives them back byte for byte', async () => {
  const text = '\ufeffthe whale 鯨 and\r\nthe sea \n\n'.repeat(3000)
  await writeFile(join(cwd, 'long.txt'), text)
  const piped = async (stdin: string, ...argv: string[]) => {
    const console = testConsole({ cwd, stdin: Buffer.from(stdin) })
    const code = await main(['tokenizer', ...argv], console)
    return { code, out: console.bytes().toString('utf8'), err: console.err() }
  }
  const tokens = (ids: string) => ids.split(/\s+/).filter(id => id !== '')
  const encoded = await piped(text, 'encode', 'bpe.json', '--stdin')
  expect(encoded.err).toBe(`${tokens(encoded.out).length.toLocaleString('en')} tokens for 96,000 bytes\n`)
  expect(encoded.out.split('\n')[0]!.split(' ')).toHaveLength(1000)
  expect(await piped('', 'encode', 'bpe.json', 'long.txt', '--ids')).toEqual({ ...encoded, err: '' })
  const twice = JSON.parse((await piped(text, 'encode', 'bpe.json', 'long.txt', '--stdin', '--json')).out)
  expect(twice.ids.map(String)).toEqual([...tokens(encoded.out), ...tokens(encoded.out)])
  expect(await piped(encoded.out, 'decode', 'bpe.json', '--stdin')).toEqual({ code: 0, out: text, err: '' })
  expect(await piped('', 'decode', 'bpe.json', '--stdin')).toEqual({ code: 0, out: '', err: '' })
  expect((await piped('1, 2 whale', 'decode', 'bpe.json', '--stdin')).err).toBe(
    'pipeline: an id is a whole number from 0 on, found "whale"\n',
  )
  expect((await piped('9'.repeat(5000), 'decode', 'bpe.json', '--stdin')).code).toBe(2)
  expect(JSON.parse((await piped('', 'encode', 'bpe.json', '--stdin', '--json')).out)).toEqual({ ids: [] })
})

test('a special token that holds a space is found wherever a long file is read in pieces', async () => {
  const stop = '<end of text>'
  const bpe = (await readFile(join(cwd, 'bpe.json'), 'utf8')).replaceAll('<|endoftext|>', stop)
  await writeFile(join(cwd, 'stop.json'), bpe)
  await writeFile(join(cwd, 'stops.txt'), stop.repeat(100_000))
  const refused = await called('encode', 'stop.json', 'stops.txt', '--special', '--ids')
  expect(refused.err).toBe(
    `pipeline: ${join(cwd, 'stop.json')}: no special token is known to end a text, there are: ${stop}; ` +
      'name the one that does: endOfText, on the command line --end-of-text\n',
  )
  const { out } = await called('encode', 'stop.json', 'stops.txt', '--special', '--ids', '--end-of-text', stop)
  expect(out.split(/\s/).filter(id => id !== '0')).toEqual([''])
  expect((await called('inspect', 'stop.json', '--end-of-text', stop)).out).toContain(`ends text ${stop}\n`)
  expect((await called('compare', 'stop.json', 'corpus.txt', '--end-of-text', stop)).code).toBe(0)
})

test('inspect, compare and cut', async () => {
  const { out } = await called('inspect', 'bpe.json')
  expect(out).toContain('special   <|endoftext|> 0\nends text <|endoftext|>\nlongest   ·whale|')
  expect(JSON.parse((await called('inspect', 'bpe.json', '--json')).out)).toMatchObject({ kind: 'bpe', vocabSize: 274 })
  const compared = await called('compare', 'bpe.json', 'word.json', 'corpus.txt')
  expect(compared.out).toBe(
    'corpus.txt\n' +
      '  bpe.json  bpe 274: 48 tokens, 3.83 bytes a token, 1.00 tokens a word, 0 unknown\n' +
      '  word.json  word 10: 84 tokens, 2.19 bytes a token, 1.00 tokens a word, 0 unknown\n',
  )
  expect(JSON.parse((await called('compare', 'bpe.json', 'corpus.txt', '--json')).out)).toHaveLength(1)
  const cut = await called('cut', 'bpe.json', '--text', 'the whales')
  expect(cut.out).toBe(
    'characters    10  t|h|e|·|w|h|a|l|e|s\nbpe            3  the|·whale|s\nwords          3  the|·|whales\n',
  )
})

test.each([
  [['train', 'x.json'], 'needs a file to write and texts to read: pipeline tokenizer train tokenizer.json corpus.txt'],
  [['train', 'x.json', 'corpus.txt', '--train-on', 'much'], '--train-on must be a size such as 50MB, not "much"'],
  [['train', 'x.json', 'corpus.txt', '--vocab-size', '0'], '--vocab-size must be a whole number above 0, not 0'],
  [['train', 'x.json', 'c.txt', '--min-frequency', '-1'], '--min-frequency must be a whole number above 0, not -1'],
  [
    ['encode', 'bpe.json'],
    'a text is missing: pipeline tokenizer encode bpe.json --text "Call me", or a file, or --stdin',
  ],
  [['cut', 'bpe.json'], 'a text is missing: pipeline tokenizer cut bpe.json --text "Call me"'],
  [
    ['encode', 'bpe.json', 'x', '--text', 'a'],
    '"x" is one argument too many: encode takes one tokenizer, and either --text or files',
  ],
  [['encode', 'bpe.json', '--text', 'a', '--stdin'], '--text and --stdin are two texts: give one of them'],
  [['encode', '--text', 'a'], 'needs a tokenizer: pipeline tokenizer encode runs/quickstart'],
  [['inspect', 'bpe.json', 'x'], '"x" is one argument too many: inspect takes one tokenizer'],
  [['decode', 'bpe.json', '1', 'x'], 'an id is a whole number from 0 on, found "x"'],
  [['decode', 'bpe.json', '1 -2'], 'an id is a whole number from 0 on, found "-2"'],
  [['decode', 'bpe.json'], 'ids are missing: pipeline tokenizer decode bpe.json 17 4 256, or --stdin'],
  [['decode', 'bpe.json', '1,274'], 'id 274 is none of this tokenizer, whose ids end at 273'],
  [['compare', 'bpe.json'], 'needs tokenizers and texts: pipeline tokenizer compare runs/a runs/b corpus.txt'],
])('%j', async (argv, message) => {
  expect(await called(...argv)).toEqual({ code: 2, out: '', err: `pipeline: ${message}\n` })
})

test('on a terminal pieces take turns in colour, and lines end between them', async () => {
  const console = testConsole({ cwd, tty: true, columns: 40 })
  await main(['tokenizer', 'cut', 'bpe.json', '--text', 'the whale 字字 and the sea'], console)
  const esc = '\u001b'
  expect(console.out()).toContain(`${esc}[36mt${esc}[39m${esc}[2m|${esc}[22m${esc}[33mh${esc}[39m`)
  const lines = console
    .out()
    .replaceAll(new RegExp(`${esc}\\[\\d+m`, 'g'), '')
    .split('\n')
  expect(lines.slice(0, 4)).toEqual([
    'characters    24  t|h|e|·|w|h|a|l|e|·',
    '                  字|字|·|a|n|d|·|t|h',
    '                  e|·|s|e|a',
    expect.stringMatching(/^bpe {11}\d+ {2}the\|·whale\|·\|<e5>$/),
  ])
})

test('training shows how far it is on a terminal, and takes that away', async () => {
  const console = testConsole({ cwd, tty: true })
  expect(await main(['tokenizer', 'train', 'shown.json', 'corpus.txt', '--vocab-size', '270'], console)).toBe(0)
  expect(console.err()).toContain('0 MB counted')
  expect(console.err().endsWith('\r\u001b[K')).toBe(true)
})

test('a text that is not there', async () => {
  const { code, err } = await called('train', 'x.json', 'none.txt')
  expect(code).toBe(1)
  expect(err).toContain('the text cannot be read: ENOENT')
  await writeFile(join(cwd, 'empty.txt'), '')
  const empty = await called('train', 'x.json', 'empty.txt')
  expect([empty.code, empty.err]).toEqual([1, `pipeline: ${cwd}/empty.txt: there is no text to learn from\n`])
})
