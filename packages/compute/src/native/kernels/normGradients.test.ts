import { afterAll, beforeAll, expect, it } from 'vitest'
import { tf } from '../../tf.ts'
import { NativeBackend } from '../backend.ts'
import { onEverySet } from '../testing/addon.ts'
import { normGradients } from './normGradients.ts'

const [rows, width] = [40, 300]

onEverySet((addon, { set, bf16 }) => {
  let backend: NativeBackend
  const name = `norms-${set}-${bf16}`

  beforeAll(() => {
    addon.useInstructionSet(set)
    backend = new NativeBackend(addon, bf16 ? 'bf16' : 'f32')
    tf.registerBackend(name, () => backend, -1)
    tf.setBackend(name)
  })
  afterAll(() => tf.removeBackend(name))

  /** dx is `read`, each weight's gradient twice that; `passes` counts. */
  function norm() {
    const read = backend.floats(rows * width).fill(3)
    const passes: boolean[] = []
    const { dx, dweights } = normGradients(backend, {
      name: 'norm backward',
      rows,
      width,
      weights: 2,
      reads: [read],
      run(dx, dweights, onto) {
        passes.push(onto)
        for (let i = 0; i < dx.length; i++) dx[i] = (onto ? dx[i]! : 0) + read[i]!
        for (const each of dweights) each.fill(6)
      },
    })
    return { dx, dweights, passes }
  }

  it('adds to a sum that is there, in the one pass that makes the weights, too', () => {
    const before = backend.pool.bytes.used
    const { dx, dweights, passes } = norm()
    const sum = backend.tensor([rows, width], backend.floats(rows * width).fill(1))
    expect(backend.accumulate(sum, dx)).toBe(true)
    expect(new Set(sum.dataSync())).toEqual(new Set([4]))
    for (const each of dweights) expect(new Set(each.dataSync())).toEqual(new Set([6]))
    expect(passes).toEqual([true])
    tf.dispose([sum, dx, dweights])
    expect(backend.pool.bytes.used).toBe(before)
  })

  it('makes all of them when a weight is asked first, and adds dx then', () => {
    const before = backend.pool.bytes.used
    const { dx, dweights, passes } = norm()
    expect(new Set(dweights[1]!.dataSync())).toEqual(new Set([6]))
    const sum = backend.tensor([rows, width], backend.floats(rows * width).fill(1))
    expect(backend.accumulate(sum, dx)).toBe(true)
    expect(new Set(sum.dataSync())).toEqual(new Set([4]))
    const total = backend.tensor([width], backend.floats(width).fill(1))
    expect(backend.accumulate(total, dweights[0]!)).toBe(true)
    expect(new Set(total.dataSync())).toEqual(new Set([7]))
    expect(passes).toEqual([false])
    tf.dispose([sum, total, dx, dweights])
    expect(backend.pool.bytes.used).toBe(before)
  })

  it('holds nothing of what nobody asked for', () => {
    const before = backend.pool.bytes.used
    const { dx, dweights, passes } = norm()
    tf.dispose([dx, dweights])
    expect(passes).toEqual([])
    expect(backend.pool.bytes.used).toBe(before)
  })
})
