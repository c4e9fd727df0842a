import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildContext, documentsBatch, type Stage } from '@sluice/pipeline'
import { stageCases } from '@sluice/pipeline/testing'
import { afterAll, describe, expect, it } from 'vitest'
import * as index from './index.ts'
import { refineKinds } from './kinds.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-refine-life-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(
  join(folder, 'list.txt'),
  'what stands in a test and must not be trained on, word for word, at all, ever\n',
)
writeFileSync(join(folder, 'filter.mjs'), 'export default ({ text }) => text.length > 3')
writeFileSync(join(folder, 'throwing.mjs'), "export default () => { throw new Error('of the user') }")

const row = (i: number, text: string) => ({ id: `${i}`, text, source: 'tales' })
const batches = [
  documentsBatch([
    row(0, 'The whale was seen to leeward, white as snow.'),
    row(1, 'Write to ahab@example.org or call.'),
  ]),
  documentsBatch([]),
  documentsBatch([row(2, 'The whale was seen to leeward, white as snow.')]),
  documentsBatch([row(3, 'x'), row(4, 'Nobody aboard the Pequod had ever seen so much of the sea at once.')]),
]

/** By the kind's name, so that a new kind has to be added. */
const configs: Record<string, { readonly config: object; readonly throwing?: object }> = {
  normalize: { config: {} },
  language: { config: {} },
  quality: { config: { rules: ['gopher'] } },
  dedup: { config: {} },
  minhash: { config: {} },
  pii: { config: {} },
  decontaminate: { config: { path: 'list.txt' } },
  filter: { config: { module: './filter.mjs' }, throwing: { module: './throwing.mjs' } },
}

function built(use: string, config: object, id = use): Stage {
  const context: BuildContext = {
    id,
    baseDir: folder,
    seed: 1,
    scratchDir: folder,
    signal: new AbortController().signal,
    emit: () => {},
  }
  const kind = refineKinds.find(one => one.use === use)!
  return kind.build(kind.config.parse(config), context)
}

it('no kind is left out', () => {
  expect(refineKinds.map(({ use }) => use)).toEqual(Object.keys(configs))
  const functions = Object.entries(index).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
  expect(functions.filter(name => !(name in configs)).sort()).toEqual(['refiner'])
})

describe.each(Object.entries(configs))('%s', (use, { config, throwing }) => {
  // With a file of rejected documents, which must be closed again.
  const make = () => built(use, { ...config, rejects: `${use}.jsonl` })
  const cases = stageCases({
    make,
    batches,
    ...(throwing ? { throwing: () => built(use, throwing) } : {}),
  })
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})
