import { type Body, type Code, type I32, i32, type Local } from '@sluice/wasm'
import type { Fields, Job } from './job.ts'
import { forLanes, type Lanes } from './lanes.ts'

/** Elements of a task: 64 KiB of each operand. */
export const CHUNK = 16384

/** A job over `count` elements, of which task t takes those from t * CHUNK. */
export function chunked<const F extends Fields>(name: string, fields: F): Job<F & { readonly count: 'i32' }> {
  return { name, fields: { ...fields, count: 'i32' } }
}

/** The chunk's elements of several arrays: within `write`, an array's address is its present element's. */
export function chunk(
  body: Body,
  count: Local<'i32'>,
  task: I32,
  arrays: readonly Local<'i32'>[],
  write: (lanes: Lanes) => Code,
): Code {
  const first = i32.mul(task, CHUNK)
  return [
    arrays.map(array => array.set(i32.add(array, i32.shl(first, 2)))),
    count.set(i32.min(i32.const(CHUNK), i32.sub(count, first))),
    forLanes(body, count, (lanes, at) =>
      write({
        ...lanes,
        load: array => lanes.load(i32.add(array, at)),
        store: (array, value) => lanes.store(i32.add(array, at), value),
      }),
    ),
  ]
}
