import { beforeAll, expect, it } from 'vitest'
import { rotaryTables } from '../ops/rotaryHeads.ts'
import * as double from '../testing/double.ts'
import { onEverySet } from './testing/addon.ts'
import { emptyReals, expectNear, normals, numbers, reals } from './testing/reals.ts'

const wide = (values: Float32Array): Float64Array => Float64Array.from(values)

// Gradients are checked by differences in src/ops; here every instruction set's against the slope along one direction.
onEverySet((addon, { set, bf16 }) => {
  beforeAll(() => addon.useInstructionSet(set))
  const tolerance = bf16 ? 1e-2 : 1e-5

  it.each([
    [1, 1],
    [3, 17],
    [130, 64],
  ])('rmsNorm of [%i, %i]', (rows, width) => {
    const x = normals(rows * width, 1, 'x', { bf16 })
    const dy = normals(rows * width, 1, 'dy', { bf16 })
    const gamma = normals(width, 1, 'gamma')
    const y = emptyReals(rows * width, bf16)
    const rstd = new Float32Array(rows)
    addon.rmsNormForward(reals(x, bf16), gamma, y, rstd, rows, width, 1e-2)
    expectNear('y', y, double.rmsNorm(wide(x), wide(gamma), width, 1e-2), tolerance)
    const [dx, dgamma] = [new Float32Array(rows * width), new Float32Array(width)]
    addon.rmsNormBackward(reals(dy, bf16), reals(x, bf16), gamma, rstd, dx, dgamma, rows, width, false)
    const beforehand = normals(rows * width, 1, 'beforehand')
    const sum = beforehand.map((value, i) => Math.fround(value + dx[i]!))
    addon.rmsNormBackward(reals(dy, bf16), reals(x, bf16), gamma, rstd, beforehand, dgamma, rows, width, true)
    expect(beforehand).toEqual(sum)
    const along = (which: 'x' | 'gamma', by: Float64Array) => (step: number) => {
      const moved = { x: wide(x), gamma: wide(gamma) }
      moved[which] = moved[which].map((value, i) => value + step * by[i]!)
      return dot(double.rmsNorm(moved.x, moved.gamma, width, 1e-2), dy)
    }
    const toX = wide(normals(rows * width, 2, 'direction'))
    const toGamma = wide(normals(width, 2, 'direction'))
    expectSlope(dot(toX, dx), along('x', toX))
    expectSlope(dot(toGamma, dgamma), along('gamma', toGamma))
  })

  it.each([
    [1, 1],
    [3, 17],
    [130, 64],
  ])('gatedSilu of [%i, 2 x %i]', (rows, width) => {
    const x = normals(2 * rows * width, 1, 'x', { bf16 })
    const dy = normals(rows * width, 1, 'dy', { bf16 })
    const y = emptyReals(rows * width, bf16)
    addon.gatedSiluForward(reals(x, bf16), y, rows, width)
    expectNear('y', y, double.gatedSilu(wide(x), width), tolerance)
    const dx = emptyReals(2 * rows * width, bf16)
    addon.gatedSiluBackward(reals(dy, bf16), reals(x, bf16), dx, rows, width)
    const by = wide(normals(x.length, 2, 'direction'))
    expectSlope(dot(by, numbers(dx)), step =>
      dot(
        double.gatedSilu(
          wide(x).map((value, i) => value + step * by[i]!),
          width,
        ),
        dy,
      ),
    )
  })

  it.each([
    [1, 1, 1, 2],
    [5, 4, 2, 34],
    [130, 6, 1, 64],
  ])('rotaryHeads of %i rows, %i heads, %i groups of %i', (rows, heads, groups, dim) => {
    const shape = { heads, groups, dim }
    const positions = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 19)
    const { cosines, sines } = rotaryTables(19, dim, 100)
    const rest = [cosines, sines, positions, 19, rows, heads, groups, dim] as const
    const x = normals(rows * (heads + 2 * groups) * dim, 1, 'x', { bf16 })
    const dy = normals(3 * rows * heads * dim, 1, 'dy', { bf16 })
    const y = emptyReals(dy.length, bf16)
    addon.rotaryHeadsForward(reals(x, bf16), y, ...rest)
    expectNear('y', y, double.rotaryHeads(wide(x), shape, positions, 100), tolerance)
    const dx = emptyReals(x.length, bf16)
    addon.rotaryHeadsBackward(reals(dy, bf16), dx, ...rest)
    const by = wide(normals(x.length, 2, 'direction'))
    // Linear: the gradient's product with a direction is dy's product with that direction's result.
    expectSlope(dot(by, numbers(dx)), step =>
      dot(
        double.rotaryHeads(
          by.map(value => step * value),
          shape,
          positions,
          100,
        ),
        dy,
      ),
    )
  })

  function expectSlope(found: number, value: (step: number) => number): void {
    const slope = (value(1e-4) - value(-1e-4)) / 2e-4
    expect(Math.abs(found - slope) / (1 + Math.abs(slope)), `${found} is near ${slope}`).toBeLessThan(
      bf16 ? 5e-2 : 1e-4,
    )
  }
})

function dot(a: Float64Array, b: ArrayLike<number>): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
