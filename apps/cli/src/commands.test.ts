import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project } from './testing/project.ts'

test('validate', async () => {
  const { pipeline } = await project()
  expect(await pipeline('validate', 'config.json')).toEqual({
    code: 0,
    out: 'config.json is a valid recipe: tiny, gpt2 on text, bpe tokens, 4 steps\n',
    err: '',
  })
})

test('validate says all that is wrong, a line each', async () => {
  const { pipeline } = await project({ train: { step: 4 }, sources: [] })
  const { code, err } = await pipeline('validate', 'config.json')
  expect(code).toBe(2)
  expect(err.split('\n').length).toBeGreaterThan(2)
  expect(err).toContain('train.step: is no key that is known here; did you mean "steps"?')
})

test('init writes a recipe that is valid, with its schema, and never overwrites', async () => {
  const { folder, pipeline } = await project()
  const made = await pipeline('init', 'mine')
  const at = (name: string) => join('mine', name)
  expect(made).toEqual({
    code: 0,
    out: `wrote ${at('recipe.jsonc')} and ${at('schema.json')}\nput text files into ${at('corpus')}, then: pipeline run ${at('recipe.jsonc')}\n`,
    err: '',
  })
  expect((await pipeline('validate', at('recipe.jsonc'))).code).toBe(0)
  const schema = JSON.parse(await readFile(join(folder, 'mine/schema.json'), 'utf8'))
  expect(schema.properties.tokenizer.description).toBe('How text becomes tokens.')
  expect(await pipeline('init', 'mine')).toEqual({
    code: 2,
    out: '',
    err: `pipeline: ${at('recipe.jsonc')}: is there already; name another folder: pipeline init <dir>\n`,
  })
})

test('schema prints what init writes', async () => {
  const { folder, pipeline } = await project()
  await pipeline('init')
  expect((await pipeline('schema')).out).toBe(await readFile(join(folder, 'schema.json'), 'utf8'))
})

test('doctor tells of every backend, and which one is used', async () => {
  const { pipeline } = await project()
  const { code, out } = await pipeline('doctor')
  expect(code).toBe(0)
  expect(out).toMatch(/^Node \d+\.\d+\.\d+ on \S+ \S+, \d+ cores?\nmemory [\d.]+ GB, [\d.]+ [GM]B free\n\n/)
  for (const name of ['tensorflow', 'native', 'wasm', 'cpu']) {
    expect(out).toMatch(new RegExp(`\\n(yes|no )  ${name} +\\S`))
  }
  expect(out).toMatch(/\n"auto" takes (tensorflow|native|wasm|cpu): .+\n$/)
  const { backends, backend } = JSON.parse((await pipeline('doctor', '--json')).out)
  expect(backends.map(({ name }: { name: string }) => name)).toEqual(['tensorflow', 'native', 'wasm', 'cpu'])
  expect(backends.find(({ name }: { name: string }) => name === backend.name).available).toBe(true)
})

test.each([
  [['--batch-size', '0'], '--batch-size must be a whole number above 0, not 0'],
  [['--max-tokens', '0'], '--max-tokens must be a whole number above 0, not 0'],
  [['--temperature', '-1'], '--temperature must be 0 or more, not -1'],
  [['--top-p', '2'], '--top-p must be above 0 and at most 1, not 2'],
  [['--seed', 'x'], '--seed must be a whole number, 0 or more, not NaN'],
])('generate %j', async (argv, message) => {
  const { pipeline } = await project()
  expect(await pipeline('generate', 'runs/tiny', '--prompt', 'x', ...argv)).toEqual({
    code: 2,
    out: '',
    err: `pipeline: ${message}\n`,
  })
})
