import { join } from 'node:path'
import { openRunFolder, type RunFolder, StorageError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { chooseVariant } from './choose.ts'
import { openCorpus } from './corpus.ts'
import { loadRecipe } from './load-recipe.ts'
import { scratch, writeTiny } from './testing/tiny.ts'
import { trainRecipe } from './train-recipe.ts'

test('a log that cannot be written ends the run, and is what it fails with', async () => {
  const folder = await scratch()
  const loaded = await loadRecipe(await writeTiny(folder))
  const choice = await chooseVariant(loaded, undefined)
  const signal = new AbortController().signal
  const opened = await openRunFolder({ path: join(folder, 'run'), mode: 'create' })
  const full = new StorageError('no space is left on the device', { file: 'metrics.jsonl' })
  const metrics: RunFolder['metrics'] = {
    ...opened.metrics,
    append(record) {
      if ((record as { type: string; step: number }).type === 'metric') throw full
      opened.metrics.append(record)
    },
  }
  const steps: number[] = []
  const training = trainRecipe({
    ...choice,
    registry: loaded.registry,
    baseDir: folder,
    corpus: openCorpus(choice.recipe, loaded.registry, {
      baseDir: folder,
      seed: 7,
      scratchDir: folder,
      signal,
      emit() {},
    }),
    folder: { ...opened, metrics },
    earlier: undefined,
    signal,
    publish: event => event.type === 'metric' && steps.push(event.step),
    begin() {},
  })
  await expect(training).rejects.toBe(full)
  expect(steps).toEqual([1])
  await opened.close()
})
