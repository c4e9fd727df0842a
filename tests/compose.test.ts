import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '@sluice/examples'
import { afterAll, beforeAll, expect, test } from 'vitest'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-compose-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('the run of examples/ composed in code trains, keeps a checkpoint and speaks', async () => {
  const lines: string[] = []
  const text = await compose({ dir, steps: 6, log: line => lines.push(line) })
  expect(text).toMatch(/^The whale./s)
  expect(lines.filter(line => line.endsWith('block(s) pass'))).toHaveLength(3)
  expect(await readdir(join(dir, 'step-000006'))).toEqual(
    expect.arrayContaining(['DONE', 'model.safetensors', 'optimizer.safetensors', 'state.json', 'tokenizer.json']),
  )
})
