import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readParquetWeights, readSafetensors } from '@sluice/checkpoint'
import { expect, test } from 'vitest'
import { exportModel } from './export.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'

test('what is exported can be begun with, and trains on', async () => {
  const folder = await scratch()
  const { summary } = await runTiny(await writeTiny(folder), { runsDir: folder })
  const out = join(folder, 'mine')
  const { step, files } = await exportModel({ path: summary.path, out, format: 'hf', shardBytes: 4096 })
  expect(step).toBe(8)
  expect(files.map(file => file.slice(out.length + 1)).sort()).toEqual(
    (await readdir(out)).filter(name => !name.includes('index')).sort(),
  )
  expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['GPT2LMHeadModel'],
  })

  const tokenizer = { use: 'file', path: 'mine/tokenizer.json' }
  const again = await writeTiny(folder, { name: 'again', init: 'mine', tokenizer })
  const more = await runTiny(again, { runsDir: folder })
  expect(more.summary.evaluations[0]!.loss).toBe(summary.evaluations.at(-1)!.loss)
  expect(more.summary.step).toBe(8)

  const wider = await writeTiny(folder, {
    name: 'wider',
    init: 'mine',
    tokenizer,
    model: { ...tinyConfig.model, width: 32 },
  })
  await expect(runTiny(wider, { runsDir: folder })).rejects.toMatchObject({
    message: 'tensor transformer.wte.weight: expected float32 [300, 32], found float32 [300, 16]',
    file: out,
  })
  const other = await writeTiny(folder, {
    name: 'other',
    init: 'mine',
    tokenizer,
    model: { use: 'llama', layers: 1, width: 16, heads: 2 },
  })
  await expect(runTiny(other, { runsDir: folder })).rejects.toMatchObject({ message: 'expected a llama, found a gpt2' })
})

test('weights alone, as safetensors or Parquet', async () => {
  const folder = await scratch()
  const { summary } = await runTiny(await writeTiny(folder), { runsDir: folder })
  const { path } = summary
  await exportModel({ path, out: join(folder, 'a.safetensors'), format: 'safetensors', floats: 'BF16', step: 4 })
  await exportModel({ path, out: join(folder, 'a.parquet'), format: 'parquet', step: 4 })
  const [narrow, whole] = [
    (await readSafetensors(join(folder, 'a.safetensors'))).tensors,
    await readParquetWeights(join(folder, 'a.parquet')),
  ]
  for (const [name, { data }] of whole) {
    const found = narrow.get(name)!.data
    data.forEach((value, i) => {
      expect(Math.abs(Number(found[i]) - Number(value))).toBeLessThanOrEqual(Math.abs(Number(value)) / 256)
    })
  }
  await expect(exportModel({ path, out: join(folder, 'b'), format: 'parquet', floats: 'F16' })).rejects.toThrow(
    'Parquet weights are float32',
  )
})
