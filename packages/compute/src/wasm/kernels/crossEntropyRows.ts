import { type Callable, f32, f32x4, i32, type Local, type WasmModule, when } from '@sluice/wasm'
import { addJob, type Job } from './job.ts'
import { forLanes } from './lanes.ts'

/** Rows of a task. */
export const ENTROPY_ROWS = 32

/**
 * Of logits [rows, width], in place: (softmax - one-hot) * share, the loss's gradient. The statistics of each row's softmax
 * and its target's logit are noted: three floats a row at `notes`.
 */
export const crossEntropyRows = {
  name: 'crossEntropyRows',
  fields: { logits: 'i32', rows: 'i32', width: 'i32', targets: 'i32', shares: 'i32', notes: 'i32', gradient: 'i32' },
} as const satisfies Job

export const NOTE_FLOATS = 3

export function addCrossEntropyRows(module: WasmModule, softmaxRow: Callable): void {
  addJob(module, crossEntropyRows, (f, task, _, body) => {
    const [logits, target, note] = [0, 1, 2].map(() => body.local('i32')) as [L, L, L]
    const share = body.local('f32')
    const first = i32.mul(task, ENTROPY_ROWS)
    return body.range(first, i32.min(f.rows, i32.add(first, ENTROPY_ROWS)), 1, row => [
      logits.set(i32.add(f.logits, i32.mul(row, i32.shl(f.width, 2)))),
      target.set(i32.add(logits, i32.shl(i32.load(i32.add(f.targets, i32.shl(row, 2))), 2))),
      note.set(i32.add(f.notes, i32.mul(row, 4 * NOTE_FLOATS))),
      share.set(f32.load(i32.add(f.shares, i32.shl(row, 2)))),
      f32.store(note, f32.load(target), 8),
      softmaxRow(logits, f.width, f32.const(1), note),
      when(f.gradient, [
        f32.store(target, f32.sub(f32.load(target), f32.const(1))),
        forLanes(body, f.width, (lanes, j) =>
          lanes.store(i32.add(logits, j), f32x4.mul(lanes.load(i32.add(logits, j)), f32x4.splat(share))),
        ),
      ]),
    ])
  })
}

type L = Local<'i32'>
