import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRunFolder } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { project, tiny } from './testing/project.ts'

// Each wrong input gives one clear line and exit code 1 (the data, the machine) or 2 (what was asked): the lines, word for word.

test('missing config', async () => {
  const { folder, pipeline } = await project()
  const failed = await pipeline('run', 'confg.json')
  expect(failed).toEqual({ code: 2, out: '', err: `pipeline: ${join(folder, 'confg.json')}: there is no such file\n` })
})

test('bad JSON, with line and column', async () => {
  const { folder, pipeline, write } = await project()
  await write('config.json', '{\n  "name": "tiny",\n  "seed" 1\n}\n')
  expect(await pipeline('run', 'config.json')).toEqual({
    code: 2,
    out: '',
    err: `pipeline: ${join(folder, 'config.json')}: 3:10: is not JSON: colon expected\n`,
  })
})

test('unknown key, with the nearest valid one', async () => {
  const { folder, pipeline } = await project({ modle: {} })
  const { code, err } = await pipeline('run', 'config.json')
  expect(code).toBe(2)
  expect(err).toMatch(`pipeline: ${join(folder, 'config.json')}: `)
  expect(err).toMatch(/: \d+:3: modle: is no key that is known here; did you mean "model"\?\n$/)
})

test('missing corpus file', async () => {
  const { folder, pipeline } = await project({ sources: [{ use: 'text', path: 'corpus/none.txt' }] })
  const { code, err } = await pipeline('run', 'config.json')
  expect({ code, err }).toEqual({
    code: 1,
    err: `pipeline: text: corpus/none.txt: ${join(folder, 'corpus/none.txt')}: there is no such file or directory; relative paths start at the folder of the config\n`,
  })
})

test('empty corpus', async () => {
  const { pipeline, write } = await project()
  await write('corpus/a.txt', '')
  const { code, err } = await pipeline('run', 'config.json')
  expect({ code, err }).toEqual({
    code: 1,
    err: 'pipeline: text: corpus/*.txt: there is no document in it: the file has no text; point "path" at files with text in them\n',
  })
})

test('a text shorter than one block', async () => {
  const { pipeline, write } = await project()
  await write('corpus/a.txt', 'ab\n')
  const { code, err } = await pipeline('run', 'config.json')
  expect({ code, err }).toEqual({
    code: 1,
    err: 'pipeline: data.blockSize: the training part of the corpus holds 4 tokens, one block needs 9; add text, or set data.blockSize to at most 3\n',
  })
})

test('corrupted checkpoint', async () => {
  const { folder, pipeline } = await project()
  await pipeline('run', 'config.json')
  const file = join(folder, 'runs/tiny/checkpoints/step-000004/model.safetensors')
  const bytes = await readFile(file)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(file, bytes)
  const err = `pipeline: ${file}: the file is damaged: its SHA-256 is not the one in manifest.json; the checkpoint cannot be used any more: delete its directory, and the one before it is the latest\n`
  expect(await pipeline('generate', 'runs/tiny', '--prompt', 'the')).toEqual({ code: 1, out: '', err })
  expect(await pipeline('run', 'config.json', '--resume', '--steps', '6')).toEqual({ code: 1, out: '', err })
})

test('checkpoint from another model shape', async () => {
  const { folder, pipeline, write } = await project()
  await pipeline('run', 'config.json')
  await write('config.json', { ...tiny, model: { ...tiny.model, layers: 2 } })
  expect(await pipeline('run', 'config.json', '--resume', '--steps', '6')).toEqual({
    code: 2,
    out: '',
    err: `pipeline: ${join(folder, 'runs/tiny/checkpoints/step-000004')}: model.layers is 2 in the config, 1 in the checkpoint; set it back to resume, or start another run with --name, or afresh with --overwrite\n`,
  })
})

test('unwritable run folder', async () => {
  const { folder, pipeline, write } = await project()
  await write('runs', 'a file where a folder should be')
  const { code, err } = await pipeline('run', 'config.json')
  expect({ code, err }).toEqual({
    code: 1,
    err: `pipeline: ${join(folder, 'runs/tiny')}: the run's folder cannot be read: a part of its path is a file, not a folder\n`,
  })
})

test('run folder in use', async () => {
  const { folder, pipeline } = await project()
  const held = await openRunFolder({ path: join(folder, 'runs/tiny'), mode: 'create' })
  try {
    const { code, err } = await pipeline('run', 'config.json')
    expect(code).toBe(2)
    const path = join(folder, 'runs/tiny')
    const holder = new RegExp(`process ${process.pid} on \\S+ since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z`)
    expect(err.replace(holder, 'HOLDER')).toBe(
      `pipeline: ${path}: the run's folder is in use by HOLDER; wait for it to end; if it no longer runs, delete ${join(path, 'lock')}\n`,
    )
  } finally {
    await held.close()
  }
})

test('a run of the same name', async () => {
  const { folder, pipeline } = await project()
  await pipeline('run', 'config.json')
  expect(await pipeline('run', 'config.json')).toEqual({
    code: 2,
    out: '',
    err: `pipeline: ${join(folder, 'runs/tiny')}: there is a run of this name already; continue it with --resume, choose another name with --name, or replace it with --overwrite\n`,
  })
})

test('nothing to resume, no such run, no such checkpoint', async () => {
  const { folder, pipeline } = await project()
  const none = await pipeline('run', 'config.json', '--resume')
  const missing = await pipeline('generate', 'runs/tiny', '--prompt', 'x')
  await pipeline('run', 'config.json')
  const step = await pipeline('generate', 'runs/tiny', '--prompt', 'x', '--checkpoint', '3')
  const path = join(folder, 'runs/tiny')
  expect([none, missing, step]).toEqual([
    { code: 2, out: '', err: `pipeline: ${path}: there is no run to resume; start it without --resume\n` },
    {
      code: 2,
      out: '',
      err: `pipeline: ${path}: there is no such run; name the folder of a run, such as runs/quickstart\n`,
    },
    { code: 2, out: '', err: `pipeline: ${path}: holds no checkpoint of step 3; there are: 0, 1, 2, 4\n` },
  ])
})

test('a fault that nobody foresaw: one line, and the stack with --verbose', async () => {
  const { pipeline, write } = await project({ modules: ['./mine.mjs'], model: { use: 'broken', layers: 1 } })
  const zod = import.meta.resolve('zod')
  await write(
    'mine.mjs',
    `import { z } from ${JSON.stringify(zod)}
     const build = () => { null.layers }
     export const kinds = [{ kind: 'model', use: 'broken', summary: '', config: z.object({ layers: z.int() }), build }]`,
  )
  const { code, err } = await pipeline('run', 'config.json')
  expect({ code, err }).toEqual({
    code: 1,
    err: "pipeline: unexpected: Cannot read properties of null (reading 'layers'); run again with --verbose for the stack\n",
  })
  const told = await pipeline('run', 'config.json', '--verbose')
  expect(told.code).toBe(1)
  expect(told.err).toMatch(
    /^pipeline: unexpected: Cannot read properties of null[^\n]*\nTypeError: [^\n]*\n {4}at Object\.build /,
  )
})
