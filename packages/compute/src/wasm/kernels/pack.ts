import { type Callable, f32, i32, v128, type WasmModule, when } from '@sluice/wasm'

/**
 * Adds pack(from, across, along, count, depth, to): `count` lines, `across` bytes apart, of `depth` elements, `along` bytes
 * apart, into groups of `group` lines: the first elements of all lines of the group, then the second ones, … A last group
 * that is not full is filled up with zeros.
 */
export function addPack(module: WasmModule, name: string, group: number): Callable {
  const row = 4 * group
  const vectors = Math.floor(group / 4)
  const line = module.func(`${name}Line`, ['i32', 'i32', 'i32', 'i32'], ([from, along, depth, to], body) =>
    body.range(0, depth, 1, () => [
      f32.store(to, f32.load(from)),
      from.set(i32.add(from, along)),
      to.set(i32.add(to, row)),
    ]),
  )
  const zeros = module.func(`${name}Zeros`, ['i32', 'i32'], ([depth, to], body) =>
    body.range(0, depth, 1, () => [f32.store(to, f32.const(0)), to.set(i32.add(to, row))]),
  )
  return module.func(
    name,
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([from, across, along, count, depth, to], body) => {
      const [source, target] = [body.local('i32'), body.local('i32')]
      const whole = i32.leU(i32.add(source, group), count)
      return body.range(0, count, group, first => [
        source.set(first),
        when(
          i32.and(i32.eq(across, 4), whole),
          // The lines lie side by side: whole vectors.
          [
            source.set(i32.add(from, i32.shl(first, 2))),
            target.set(to),
            body.range(0, depth, 1, () => [
              Array.from({ length: vectors }, (_, v) => v128.store(target, v128.load(source, 16 * v), 16 * v)),
              Array.from({ length: group % 4 }, (_, i) => 16 * vectors + 4 * i).map(at =>
                f32.store(target, f32.load(source, at), at),
              ),
              source.set(i32.add(source, along)),
              target.set(i32.add(target, row)),
            ]),
          ],
          body.range(0, group, 1, i =>
            when(
              i32.ltU(i32.add(first, i), count),
              line(i32.add(from, i32.mul(i32.add(first, i), across)), along, depth, i32.add(to, i32.shl(i, 2))),
              zeros(depth, i32.add(to, i32.shl(i, 2))),
            ),
          ),
        ),
        to.set(i32.add(to, i32.mul(depth, row))),
      ])
    },
  )
}
