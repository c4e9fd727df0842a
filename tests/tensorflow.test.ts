import { backendReports, chooseBackend, tf } from '@sluice/compute'
import { blocksBatch, defineSource, randomStream, run } from '@sluice/pipeline'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'
import { expect, test } from 'vitest'

// The same model, seed and batches on TensorFlow and on WebAssembly must end at the same loss; needs `pipeline setup tensorflow`.

const width = 17
const [rows, steps] = [4, 40]
const { available, reason, advice } = (await backendReports()).find(report => report.name === 'tensorflow')!

/** Words that follow one another by a rule, so that there is something to learn. */
function blocks(step: number) {
  const random = randomStream(1, 'blocks')
  const ids = new Int32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    ids[row * width] = random.below(step * rows + row, 64)
    for (let i = 1; i < width; i++) ids[row * width + i] = (5 * ids[row * width + i - 1]! + 3) % 64
  }
  return blocksBatch({ width, ids })
}

async function lossOn(name: 'tensorflow' | 'wasm', precision: 'f32' | 'bf16') {
  const { backend } = await chooseBackend(name, { precision })
  const before = tf.memory().numTensors
  const config = { vocabSize: 64, blockSize: width - 1, layers: 2, width: 32, heads: 2, dropout: 0 }
  const model = gpt2(config, { seed: 1 })
  const source = defineSource({
    id: 'blocks',
    schema: blocks(0).schema,
    async *read() {
      for (let step = 0; ; step++) yield { batch: blocks(step), position: step }
    },
  })
  let loss = Number.NaN
  const stage = train({ model, backend, steps, learningRate: 3e-3, warmup: 5, clip: 1 })
  const sink = {
    id: 'last',
    consume(frame: { batch: { numRows: number; getChild(name: string): { get(i: number): number } | null } }) {
      if (frame.batch.numRows > 0) loss = frame.batch.getChild('loss')!.get(frame.batch.numRows - 1)
    },
  }
  await run({ source, stages: [stage], sink: sink as never, seed: 1 }).done
  model.dispose()
  return { loss, left: tf.memory().numTensors - before }
}

test.skipIf(!available)(
  `TensorFlow ends where WebAssembly does${available ? '' : ` (${reason}; ${advice})`}`,
  async () => {
    const wasm = await lossOn('wasm', 'f32')
    const f32 = await lossOn('tensorflow', 'f32')
    const bf16 = await lossOn('tensorflow', 'bf16')
    expect(wasm.loss).toBeLessThan(3)
    expect(Math.abs(f32.loss / wasm.loss - 1)).toBeLessThan(0.001)
    expect(Math.abs(bf16.loss / wasm.loss - 1)).toBeLessThan(0.01)
    // Read twice: what is left after one training does not grow with the next.
    expect(bf16.left).toBe(f32.left)
  },
)
