import { type Callable, f32, i32, type Local, type WasmModule, when } from '@sluice/wasm'
import { addMicroKernel, type Madd, NR } from './microKernel.ts'
import { addPack } from './pack.ts'

/** Depth of a block: a panel of B (8 KiB) and one of A stay in the first-level cache. */
const KC = 256
/** Columns of a block of B: packed (256 KiB) it stays in the second-level cache. */
const NC = 256
/** Rows of C at a time. With their accumulators the 16 vector registers of x86-64 are full. */
const ROWS = 5

const PACKED_B = 4 * KC * NC
const PACKED_A = 4 * KC * 8
const TILE_ROW = 4 * NR

/** Bytes of scratch memory that a call of gemm needs. */
export const GEMM_SCRATCH = PACKED_B + PACKED_A + 8 * TILE_ROW

/**
 * Adds gemm(m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, accumulate, scratch): C[m,n] = A[m,k] · B[k,n], or C += A · B.
 * Element (i, j) of A is at a + i * aRow + j * aCol (bytes), so of B; C's columns are side by side. An operand is
 * transposed by swapping its strides.
 *
 * Blocked after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B is packed into panels
 * of 8 columns; A is read where it lies if its columns are side by side, else packed too. Every element of C is summed in
 * the same order of k, however the work is divided, so bits do not depend on that.
 */
export function addGemm(module: WasmModule, madd: Madd): Callable {
  const rowCounts = Array.from({ length: ROWS }, (_, i) => i + 1)
  const inPlace = rowCounts.map(rows => addMicroKernel(module, madd, rows, undefined))
  const packed = rowCounts.map(rows => addMicroKernel(module, madd, rows, ROWS))
  const packA = addPack(module, 'packA', ROWS)
  const packB = addPack(module, 'packB', NR)
  const merge = addMerge(module)

  return module.func(
    'gemm',
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, accumulate, scratch], body) => {
      const [depth, width, rows, columns, from, to] = [1, 2, 3, 4, 5, 6].map(() => body.local('i32')) as SixLocals
      const [adding, panel] = [body.local('i32'), body.local('i32')]
      const packedA = i32.add(scratch, PACKED_B)
      const tile = i32.add(scratch, PACKED_B + PACKED_A)
      const multiply = (
        target: Local<'i32'> | typeof tile,
        stride: Local<'i32'> | number,
        add: Local<'i32'> | number,
      ) =>
        when(
          i32.eq(aCol, 4),
          inPlace.map((kernel, i) => when(i32.eq(rows, i + 1), kernel(depth, from, aRow, panel, target, stride, add))),
          packed.map((kernel, i) => when(i32.eq(rows, i + 1), kernel(depth, packedA, 0, panel, target, stride, add))),
        )
      return [
        adding.set(accumulate),
        body.range(0, k, KC, k0 => [
          depth.set(i32.min(i32.const(KC), i32.sub(k, k0))),
          body.range(0, n, NC, n0 => [
            width.set(i32.min(i32.const(NC), i32.sub(n, n0))),
            from.set(i32.add(i32.add(b, i32.mul(k0, bRow)), i32.mul(n0, bCol))),
            packB(from, bCol, bRow, width, depth, scratch),
            body.range(0, m, ROWS, m0 => [
              rows.set(i32.min(i32.const(ROWS), i32.sub(m, m0))),
              from.set(i32.add(i32.add(a, i32.mul(m0, aRow)), i32.mul(k0, aCol))),
              when(i32.ne(aCol, 4), packA(from, aRow, aCol, rows, depth, packedA)),
              panel.set(scratch),
              to.set(i32.add(i32.add(c, i32.mul(m0, cRow)), i32.shl(n0, 2))),
              body.range(0, width, NR, j => [
                columns.set(i32.min(i32.const(NR), i32.sub(width, j))),
                when(
                  i32.eq(columns, NR),
                  multiply(to, cRow, adding),
                  // The last panel may be narrower: a tile of its own, of which as much is taken as there is.
                  [multiply(tile, TILE_ROW, 0), merge(rows, columns, tile, to, cRow, adding)],
                ),
                panel.set(i32.add(panel, i32.mul(depth, 4 * NR))),
                to.set(i32.add(to, 4 * NR)),
              ]),
            ]),
          ]),
          adding.set(i32.const(1)),
        ]),
      ]
    },
  )
}

type SixLocals = [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>]

/** merge(rows, columns, tile, to, stride, add): copies, or adds, the corner of a tile into C. */
function addMerge(module: WasmModule): Callable {
  return module.func(
    'mergeTile',
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([rows, columns, tile, to, stride, add], body) => {
      const [source, target] = [body.local('i32'), body.local('i32')]
      return body.range(0, rows, 1, i => [
        source.set(i32.add(tile, i32.mul(i, TILE_ROW))),
        target.set(i32.add(to, i32.mul(i, stride))),
        body.range(0, columns, 1, () => [
          when(
            add,
            f32.store(target, f32.add(f32.load(target), f32.load(source))),
            f32.store(target, f32.load(source)),
          ),
          source.set(i32.add(source, 4)),
          target.set(i32.add(target, 4)),
        ]),
      ])
    },
  )
}
