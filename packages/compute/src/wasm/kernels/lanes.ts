import { type Body, type Code, type F32, f32, f32x4, type I32, i32, i32x4, type V128, v128 } from '@sluice/wasm'

/** How a loop over floats sees them: four at a time, and what is left one by one, in lane 0 beside three zeros. */
export interface Lanes {
  load(address: I32): V128
  store(address: I32, value: V128): Code
  /** Zero in the lanes that hold nothing. */
  held(value: V128): V128
}

const four: Lanes = { load: v128.load, store: v128.store, held: value => value }

const one: Lanes = {
  load: v128.load32Zero,
  store: v128.store32,
  held: value => v128.and(value, i32x4.const(-1, 0, 0, 0)),
}

/** The body for elements [0, count), given the byte offset of the element it is at. */
export function forLanes(body: Body, count: I32, write: (lanes: Lanes, at: I32) => Code): Code {
  const whole = i32.shl(i32.shrU(count, 2), 4)
  return [
    body.range(0, whole, 16, at => write(four, at)),
    body.range(whole, i32.shl(count, 2), 4, at => write(one, at)),
  ]
}

export function sumOfLanes(value: V128): F32 {
  const lane = (i: number): F32 => f32x4.lane(value, i)
  return f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)))
}

export function maxOfLanes(value: V128): F32 {
  const lane = (i: number): F32 => f32x4.lane(value, i)
  return f32.max(f32.max(lane(0), lane(1)), f32.max(lane(2), lane(3)))
}
