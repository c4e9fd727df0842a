import { expect, it } from 'vitest'
import { registerKernels } from '../../ops/dispatch.ts'
import { linear } from '../../ops/linear.ts'
import { checkOp } from '../../testing/checkOp.ts'
import * as double from '../../testing/double.ts'
import { tf } from '../../tf.ts'
import { wasmKernels } from '../ops/kernels.ts'
import { loadWasm } from './load.ts'

it('does with the ordinary build, on one thread, where memory cannot be shared', async () => {
  const engine = await loadWasm({ shared: false })
  registerKernels('wasm', wasmKernels(engine.heap))
  engine.setThreads(4)
  expect([engine.shared, engine.heap.pool.threads]).toEqual([false, 1])
  for (const seed of [1, 2]) {
    // The second is large enough to have the memory grow.
    const [rows, from, to] = seed === 1 ? [9, 5, 7] : [3000, 3, 1000]
    checkOp(
      {
        shapes: [[rows, from], [from, to], [to]],
        run: (x, w, b) =>
          tf.tidy(() => linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D).slice([0, 0], [5, to])),
        truth: (x, w, b) => double.matMul(x!, w!, 5, from, to).map((value, i) => value + b![i % to]!),
      },
      seed,
    )
  }
})
