import { randomStream } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import { onEveryBackend } from '../testing/backends.ts'
import { checkOp } from '../testing/checkOp.ts'
import { tf } from '../tf.ts'
import { dropout } from './dropout.ts'

onEveryBackend(() => {
  // Offsets beyond 2^32 use the counter's second word.
  it.each([
    [0, 1],
    [3, 5],
    [1, 1000],
    [2 ** 34 - 6, 131],
    [2 ** 52 + 1, 64],
  ])('keeps the elements whose number is at least the rate, from offset %i, size %i', (offset, size) => {
    const stream = randomStream(2 ** 40 + 5, `dropout ${size}`)
    const random = { key: stream.key, nameHash: stream.nameHash, offset }
    checkOp(
      {
        shapes: [[size]],
        run: x => dropout(x, { rate: 0.25, random }),
        truth: x => x!.map((value, i) => (stream.uniform(offset + i) >= 0.25 ? value / 0.75 : 0)),
      },
      size,
    )
  })

  it('does nothing at rate 0', () => {
    const random = { key: [0, 0], nameHash: [0, 0], offset: 0 } as const
    checkOp({ shapes: [[3, 4]], run: x => dropout(x, { rate: 0, random }), truth: x => x! }, 1)
  })

  it('refuses a rate of 1', () => {
    const random = { key: [0, 0], nameHash: [0, 0], offset: 0 } as const
    tf.tidy(() => {
      expect(() => dropout(tf.zeros([1]), { rate: 1, random })).toThrow(
        'dropout: rate must be at least 0 and below 1, not 1',
      )
    })
  })
})
