import { f32, f32x4, i32, type Local, type WasmModule } from '@sluice/wasm'
import { addJob, type Job } from './job.ts'
import { forLanes, sumOfLanes } from './lanes.ts'
import type { Madd } from './microKernel.ts'

/** Rows of a task. Fixed, so that the order in which gradients of gamma and beta are summed is. */
export const NORM_ROWS = 64

/** A task writes y, mean and rstd of its rows. */
export const layerNormForward = {
  name: 'layerNormForward',
  fields: {
    x: 'i32',
    y: 'i32',
    gamma: 'i32',
    beta: 'i32',
    mean: 'i32',
    rstd: 'i32',
    rows: 'i32',
    width: 'i32',
    epsilon: 'f32',
  },
} as const satisfies Job

/** A task writes dx of its rows, and its sums for dgamma and dbeta: row `task` of partial [tasks, 2 * width], zeros before. */
export const layerNormBackward = {
  name: 'layerNormBackward',
  fields: {
    dy: 'i32',
    x: 'i32',
    dx: 'i32',
    gamma: 'i32',
    mean: 'i32',
    rstd: 'i32',
    partial: 'i32',
    rows: 'i32',
    width: 'i32',
  },
} as const satisfies Job

export function addLayerNorm(module: WasmModule, madd: Madd): void {
  addJob(module, layerNormForward, ({ x, y, gamma, beta, mean, rstd, rows, width, epsilon }, task, _, body) => {
    const [sum, centred] = [body.local('v128'), body.local('v128')]
    const [centre, factor] = [body.local('f32'), body.local('f32')]
    const [rowBytes, at, input, output] = [0, 1, 2, 3].map(() => body.local('i32')) as [L, L, L, L]
    const first = i32.mul(task, NORM_ROWS)
    const columns = f32.convert(width)
    return [
      rowBytes.set(i32.shl(width, 2)),
      body.range(first, i32.min(rows, i32.add(first, NORM_ROWS)), 1, row => [
        at.set(i32.shl(row, 2)),
        input.set(i32.add(x, i32.mul(row, rowBytes))),
        output.set(i32.add(y, i32.mul(row, rowBytes))),
        sum.set(f32x4.const(0)),
        forLanes(body, width, (lanes, j) => sum.set(f32x4.add(sum, lanes.load(i32.add(input, j))))),
        centre.set(f32.div(sumOfLanes(sum), columns)),
        sum.set(f32x4.const(0)),
        forLanes(body, width, (lanes, j) => [
          centred.set(lanes.held(f32x4.sub(lanes.load(i32.add(input, j)), f32x4.splat(centre)))),
          sum.set(madd(centred, centred, sum)),
        ]),
        factor.set(f32.div(f32.const(1), f32.sqrt(f32.add(f32.div(sumOfLanes(sum), columns), epsilon)))),
        f32.store(i32.add(mean, at), centre),
        f32.store(i32.add(rstd, at), factor),
        forLanes(body, width, (lanes, j) => [
          centred.set(f32x4.sub(lanes.load(i32.add(input, j)), f32x4.splat(centre))),
          centred.set(f32x4.mul(centred, f32x4.splat(factor))),
          lanes.store(i32.add(output, j), madd(centred, lanes.load(i32.add(gamma, j)), lanes.load(i32.add(beta, j)))),
        ]),
      ]),
    ]
  })

  addJob(module, layerNormBackward, ({ dy, x, dx, gamma, mean, rstd, partial, rows, width }, task, _, body) => {
    const [normal, slope, sum, along] = [0, 1, 2, 3].map(() => body.local('v128')) as [V, V, V, V]
    const [meanSlope, meanAlong, centre, factor] = [0, 1, 2, 3].map(() => body.local('f32')) as [F, F, F, F]
    const [rowBytes, input, output, given, dgamma, dbeta] = [0, 1, 2, 3, 4, 5].map(() => body.local('i32')) as [
      L,
      L,
      L,
      L,
      L,
      L,
    ]
    const first = i32.mul(task, NORM_ROWS)
    const columns = f32.convert(width)
    return [
      rowBytes.set(i32.shl(width, 2)),
      dgamma.set(i32.add(partial, i32.mul(task, i32.shl(rowBytes, 1)))),
      dbeta.set(i32.add(dgamma, rowBytes)),
      body.range(first, i32.min(rows, i32.add(first, NORM_ROWS)), 1, row => [
        input.set(i32.add(x, i32.mul(row, rowBytes))),
        given.set(i32.add(dy, i32.mul(row, rowBytes))),
        output.set(i32.add(dx, i32.mul(row, rowBytes))),
        centre.set(f32.load(i32.add(mean, i32.shl(row, 2)))),
        factor.set(f32.load(i32.add(rstd, i32.shl(row, 2)))),
        sum.set(f32x4.const(0)),
        along.set(f32x4.const(0)),
        forLanes(body, width, (lanes, j) => {
          const [intoGamma, intoBeta] = [i32.add(dgamma, j), i32.add(dbeta, j)]
          return [
            normal.set(f32x4.sub(lanes.load(i32.add(input, j)), f32x4.splat(centre))),
            normal.set(lanes.held(f32x4.mul(normal, f32x4.splat(factor)))),
            slope.set(lanes.load(i32.add(given, j))),
            lanes.store(intoGamma, madd(slope, normal, lanes.load(intoGamma))),
            lanes.store(intoBeta, f32x4.add(slope, lanes.load(intoBeta))),
            slope.set(f32x4.mul(slope, lanes.load(i32.add(gamma, j)))),
            sum.set(f32x4.add(sum, slope)),
            along.set(madd(slope, normal, along)),
            // Kept for the second pass over the row.
            lanes.store(i32.add(output, j), slope),
          ]
        }),
        meanSlope.set(f32.div(sumOfLanes(sum), columns)),
        meanAlong.set(f32.div(sumOfLanes(along), columns)),
        forLanes(body, width, (lanes, j) => [
          normal.set(f32x4.sub(lanes.load(i32.add(input, j)), f32x4.splat(centre))),
          normal.set(f32x4.mul(f32x4.mul(normal, f32x4.splat(factor)), f32x4.splat(meanAlong))),
          slope.set(f32x4.sub(lanes.load(i32.add(output, j)), f32x4.splat(meanSlope))),
          lanes.store(i32.add(output, j), f32x4.mul(f32x4.sub(slope, normal), f32x4.splat(factor))),
        ]),
      ]),
    ]
  })
}

type L = Local<'i32'>
type F = Local<'f32'>
type V = Local<'v128'>
