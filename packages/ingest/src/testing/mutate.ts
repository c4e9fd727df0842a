import { randomStream } from '@sluice/pipeline'

/** Bits flipped, bytes set, the end cut off, a stretch taken out, doubled or put elsewhere: one to three of these, by number. */
export function mutated(bytes: Uint8Array, name: string, number: number): Uint8Array {
  const random = randomStream(1, `fuzz ${name}`)
  let index = number * 100
  const below = (limit: number): number => random.below(index++, limit)
  let made = Buffer.from(bytes)
  for (let times = 1 + below(3); times > 0 && made.length > 0; times--) {
    const at = below(made.length)
    const end = Math.min(made.length, at + 1 + below(64))
    const kind = below(6)
    if (kind === 0) made[at]! ^= 1 << below(8)
    else if (kind === 1) made[at] = [0, 0xff, 0x22, 0x2c, 0x7f, 0x0a, 0x0d, 0x80, 0x3c, 0x3e, 0x7b, 0x5b][below(12)]!
    else if (kind === 2 && below(3) === 0) made = made.subarray(0, at)
    else if (kind === 3) made = Buffer.concat([made.subarray(0, at), made.subarray(end)])
    else if (kind === 4) made = Buffer.concat([made.subarray(0, end), made.subarray(at)])
    else made = Buffer.concat([made.subarray(at, end), made.subarray(0, at), made.subarray(end)])
  }
  return made
}
