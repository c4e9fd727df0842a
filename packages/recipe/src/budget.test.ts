import { expect, test } from 'vitest'
import { batchesBudget, dataBudget } from './budget.ts'
import { checkRecipe } from './check-recipe.ts'
import { builtInRegistry } from './registry.ts'
import { tinyConfig } from './testing/tiny.ts'

const recipe = (changes: object) =>
  checkRecipe({ config: { ...tinyConfig, ...changes }, baseDir: '/', registry: builtInRegistry() })

function said(changes: object): string {
  try {
    recipe(changes)
  } catch (error) {
    return `${(error as Error).name}: ${error}`
  }
  return 'nothing'
}

test('the memory of a recipe is the process, the mark, and twice each window', () => {
  expect(dataBudget(recipe({}))).toEqual({ memory: 700_000_000, mark: 4 * 2 ** 20 })
  // Some batches ahead, however large they are, as far as there is room for them.
  const large = { ...tinyConfig.data, blockSize: 1023, batchSize: 512 }
  expect(dataBudget(recipe({ data: large })).mark).toBe(4 * 512 * 1024 * 12)
  expect(dataBudget(recipe({ data: large, memory: '400MB' })).mark).toBe(25e6)
})

test('a window that does not fit is told of before anything is read', () => {
  expect(said({ data: { ...tinyConfig.data, shuffle: '400MB' } })).toBe(
    'ConfigError: memory: 1000 MB are too little: the process takes 300 MB, the mark 5 MB, and each window twice its size ' +
      '(data.shuffle 400 MB); set memory to at least "1105MB", or make data.shuffle smaller',
  )
  expect(said({ memory: '1106MB', data: { ...tinyConfig.data, shuffle: '400MB' } })).toBe('nothing')
  const pack = { fit: 'documents', window: 50_000_000 }
  expect(said({ data: { ...tinyConfig.data, shuffle: '100MB', pack } })).toBe(
    'ConfigError: memory: 1000 MB are too little: the process takes 300 MB, the mark 5 MB, and each window twice its size ' +
      '(data.shuffle 100 MB, data.pack.window 800 MB); set memory to at least "2105MB", or make data.pack.window smaller',
  )
  expect(said({ memory: '250MB' })).toBe(
    'ConfigError: memory: 250 MB are too little: the process alone takes 300 MB; set memory to at least "400MB"',
  )
})

test('what two threads hold is within the memory of the recipe, and so is what sources hold before they are mixed', () => {
  const process = 300_000_000
  const batch = (changes: object) => {
    const { data } = recipe(changes)
    return data.batchSize * (data.blockSize + 1) * 12
  }
  for (const memory of ['301MB', '400MB', '1GB']) {
    const apart = recipe({ memory, dataWorkers: 1, data: { ...tinyConfig.data, shuffle: '100kB' } })
    const there = dataBudget(apart).memory
    const here = batchesBudget(apart).memory
    // Those that are on their way to the trainer: four asked for ahead, and the one that is wanted.
    expect(there + here + 5 * batch({})).toBeLessThanOrEqual(apart.memory - process)
    expect(there).toBeGreaterThan(0.6 * (apart.memory - process))
  }
  const large = { ...tinyConfig.data, shuffle: '300MB', blockSize: 1023, batchSize: 512 }
  expect(said({ memory: '960MB', data: large })).toBe('nothing')
  expect(said({ memory: '960MB', dataWorkers: 1, data: large })).toMatch(
    /each window twice its size \(data.shuffle 300 MB, data.batchSize 7 MB\); dataWorkers another 57 MB; set memory to at least "\d+MB"/,
  )
  const [source] = tinyConfig.sources
  const sources = [
    { ...source, id: 'a' },
    { ...source, id: 'b' },
  ]
  const mixed = dataBudget(recipe({ sources, mix: { unit: 'tokens' } }))
  expect(mixed.memory).toBe(1_000_000_000 - process - 2 * 2 ** 20)
})
