import type { DropoutKernel } from '../../ops/kernels.ts'
import type { Dropout } from '../../ops/random.ts'
import type { Builder } from '../program/builder.ts'
import * as o from '../program/ops.ts'
import type { HostValues, Programs } from '../program/programs.ts'
import type { Value } from '../program/types.ts'

export function dropoutKernel(programs: Programs): DropoutKernel {
  return ({ x, dropout }) => {
    const operands = [x, ...maskOperands(dropout)]
    const [y] = programs.run(`dropout ${maskName(dropout)}`, operands, (p, x, key, counter) => {
      const kept = mask(p, key!, counter!, dropout, x!.shape)
      return [o.select(p, kept, o.mul(p, x!, 1 / (1 - dropout.rate)), 0)]
    })
    return y!
  }
}

/** What a program with a mask depends on. */
export function maskName({ rate, random }: Dropout): string {
  return `${rate} ${random.offset % 4}`
}

/** Philox's key and the counter of the first block. */
export function maskOperands({ random: { key, nameHash, offset } }: Dropout): HostValues[] {
  const block = Math.floor(offset / 4)
  const counter = Uint32Array.of(block % 2 ** 32, Math.floor(block / 2 ** 32), nameHash[0], nameHash[1])
  return [
    { values: new Int32Array(Uint32Array.from(key).buffer), shape: [1], dtype: 'int64' },
    { values: new Int32Array(counter.buffer), shape: [2], dtype: 'int64' },
  ]
}

/**
 * Whether each element is kept. TensorFlow's stateless generator is Philox4x32-10 with the counter and the key that it is
 * given, and so gives the very numbers of @sluice/pipeline.
 */
export function mask(
  p: Builder,
  key: Value,
  counter: Value,
  { rate, random }: Dropout,
  shape: readonly number[],
): Value {
  const size = shape.reduce((product, length) => product * length, 1)
  const skipped = random.offset % 4
  const count = 4 * Math.ceil((skipped + size) / 4)
  const inputs = [p.integers([count]), o.bitcast(p, key, 'uint64'), o.bitcast(p, counter, 'uint64'), p.integers(1)]
  const attributes = { dtype: { type: 'uint32' as const }, Tshape: { type: 'int32' as const } }
  const words = p.op('StatelessRandomUniformFullIntV2', inputs, attributes, { shape: [count], dtype: 'uint32' })
  // uniform = (word >>> 8) / 2^24, as RandomStream has it.
  const least = o.bitcast(p, p.integers(Math.ceil(rate * 0x1000000) << 8), 'uint32')
  const kept = p.op(
    'GreaterEqual',
    [o.slice(p, words, skipped, size), least],
    { T: { type: 'uint32' } },
    {
      shape: [size],
      dtype: 'bool',
    },
  )
  return o.reshape(p, kept, shape)
}
