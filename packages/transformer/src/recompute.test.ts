import { chooseBackend, tf, valueAndGradients } from '@sluice/compute'
import { expect, it } from 'vitest'
import { bert } from './bert/bert.ts'
import { gpt2 } from './gpt2/gpt2.ts'
import { llama } from './llama/llama.ts'
import { someIds } from './testing/tiny.ts'

const shape = { vocabSize: 17, blockSize: 12, layers: 3, width: 16, heads: 2 }
const labels = someIds(26).map((id, i) => (i % 3 === 0 ? id : -100))
const models = {
  gpt2: () => gpt2({ ...shape, dropout: 0.2 }, { seed: 1 }),
  llama: () => llama({ ...shape, keyHeads: 1, dropout: 0.2 }, { seed: 1 }),
  bert: () => bert({ ...shape, dropout: 0.2 }, { seed: 1 }),
}

it.each(Object.entries(models))('%s: blocks computed again give the same bits in less memory', async (name, make) => {
  await chooseBackend('cpu')
  const model = make()
  const batch = { ids: someIds(26), rows: 2, ...(name === 'bert' ? { labels } : {}) }
  const variables = [...model.parameters.values()]
  const before = tf.memory().numTensors
  const run = (recompute: boolean) => {
    let most = 0
    const loss = () => {
      const value = model.loss(batch, { training: true, seed: 1, step: 3, recompute })
      most = tf.memory().numBytes
      return value
    }
    const { value, gradients } = valueAndGradients(loss, variables)
    const numbers = [value, ...gradients].map(tensor => [...tensor!.dataSync()])
    tf.dispose([value, ...gradients.map(gradient => gradient!)])
    expect(tf.memory().numTensors).toBe(before)
    return { numbers, most }
  }
  const [kept, again] = [run(false), run(true)]
  expect(again.numbers).toEqual(kept.numbers)
  expect(again.most).toBeLessThan(kept.most)
  model.dispose()
})

it('masks of a step in parts differ from part to part', async () => {
  await chooseBackend('cpu')
  const model = models.gpt2()
  const loss = (part?: number) => {
    const value = model.loss({ ids: someIds(26), rows: 2 }, { training: true, seed: 1, step: 3, part })
    const [number] = value.dataSync()
    value.dispose()
    return number
  }
  expect(loss(0)).toBe(loss())
  expect(loss(1)).not.toBe(loss(0))
  model.dispose()
})
