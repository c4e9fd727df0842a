import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project } from '../../testing/project.ts'

test('inspect shows everything, in words and figures', async () => {
  const { pipeline, folder } = await project()
  const inspect = (what: string, ...argv: string[]) =>
    pipeline('inspect', what, 'runs/tiny', '--backend', 'cpu', ...argv)
  expect((await pipeline('run', 'config.json')).code).toBe(0)

  expect((await inspect('about')).out).toMatch(/\nfamily {6}gpt2\n/)
  expect((await inspect('tokens', '--text', 'the whale')).out).toMatch(
    /^the\|·whale\n\d+ \d+\ntiny: 2 tokens for 9 bytes, 4\.50 bytes a token\n$/,
  )
  expect((await inspect('compare', '--text', 'the whale', '--with', 'words')).out).toMatch(
    /\nwords: 3 tokens for 9 bytes, 3\.00 bytes a token\n {2}the\|·\|whale\nto compare with: bytes, characters, words\n$/,
  )
  expect((await inspect('neighbors', '--token', 'whale', '--limit', '2')).out).toMatch(
    /^step 4: ·whale \(\d+\), a vector of length \d\.\d{3}\n(\S+ +-?\d\.\d{3} .*\n){2}mean cosine to the whole vocabulary -?\d\.\d{3}\n$/,
  )
  expect((await inspect('embeddings')).out).toMatch(/\nand 240 more: --csv, --parquet FILE or --projector DIR have/)
  expect((await inspect('positions')).out).toMatch(/^step 4: learned positions, 8 of 8 channels.*\n0 +1\.000 +█{30}\n/)
  expect((await inspect('attention', '--text', 'the whale')).out).toContain(
    '\n\nlayer 0, head 0\nthe     │█ │  the     100 %\n',
  )
  expect((await inspect('heads', '--limit', '32')).out).toMatch(/\nlooked for: previous token, itself, same token/)
  expect((await inspect('lens', '--text', 'the whale')).out).toMatch(
    /\n\nthe {2}→ {2}·whale\n {2}embedding +\S+ %.*\n {2}layer 0 .*\n/,
  )
  const generated = await inspect('generate', '--prompt', 'the', '--max-tokens', '2', '--temperature', '0')
  expect(generated.out).toMatch(/^step 4, after: the\n(.+ %.*\n){2}/)
  expect((await inspect('contexts', '--word', 'whale', '--a', 'the whale', '--b', 'a whale')).out).toMatch(
    /\nembedding +-?\d\.\d{3} .*\nafter layer 0 /,
  )
  expect((await inspect('weights', '--steps', '0,4')).out).toMatch(/^ +numbers +norm 0 +norm 4 .*\nattention +/)
  expect((await inspect('ablate', '--parts', 'attention,layer 0')).out).toMatch(
    /\npart +numbers +loss +more by\nattention +\d+ .*\nlayer 0 +\d+ /,
  )
  expect(await inspect('blame')).toMatchObject({ code: 2, err: expect.stringContaining('keeps no losses') })

  // As JSON, CSV, Parquet, and for the projector.
  const { neighbors } = JSON.parse((await inspect('neighbors', '--id', '260', '--limit', '3', '--json')).out)
  const csv = (await inspect('neighbors', '--id', '260', '--limit', '3', '--csv')).out.split('\r\n')
  expect(csv.slice(0, 2)).toEqual([
    'rank,id,text,similarity',
    `1,${neighbors[0].id},${neighbors[0].text},${neighbors[0].similarity}`,
  ])
  expect((await inspect('weights', '--parquet', 'w.parquet')).out).toMatch(/^wrote \d+ rows to w\.parquet\n$/)
  expect((await readFile(join(folder, 'w.parquet'))).subarray(0, 4).toString()).toBe('PAR1')
  expect((await inspect('embeddings', '--projector', 'out', '--step', '0')).out).toBe(
    'wrote 280 vectors of step 0 to out\nopen them with: tensorboard --logdir out\n',
  )

  // What cannot be asked.
  for (const [argv, message] of [
    [['tokens', '--text', 'a', '--layer', '1'], 'tokens: Unrecognized key: "layer"'],
    [['tokens', '--json', '--csv'], '--json, --csv, --parquet and --projector exclude each other'],
    [
      ['tokens', '--projector', 'x'],
      '--projector is for embeddings: pipeline inspect embeddings <run> --projector DIR',
    ],
  ] as const) {
    expect(await inspect(argv[0], ...argv.slice(1))).toEqual({ code: 2, out: '', err: `pipeline: ${message}\n` })
  }
  expect((await pipeline('inspect', 'neighbours', 'runs/tiny')).err).toMatch(/what must be one of about, tokens, /)
  expect((await pipeline('inspect', 'about', 'runs/none')).err).toMatch(/there is no such run; name the folder/)
})
