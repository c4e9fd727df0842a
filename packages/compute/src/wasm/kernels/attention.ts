import {
  type Body,
  type Callable,
  type Code,
  f32,
  f32x4,
  type I32,
  i32,
  i64,
  type Local,
  type WasmModule,
  when,
} from '@sluice/wasm'
import { GEMM_SCRATCH } from './gemm.ts'
import { addJob, type Job } from './job.ts'
import { forLanes, sumOfLanes } from './lanes.ts'
import type { Madd } from './microKernel.ts'
import { dropoutFields, factorBytes } from './philox.ts'
import { STATS_BYTES } from './softmax.ts'

/** Queries taken at a time. With a causal mask the keys after the last of them are left out. */
const BLOCK = 64

const shape = {
  qkv: 'i32',
  y: 'i32',
  /** [batch, heads, time] of a softmax's statistics. */
  stats: 'i32',
  time: 'i32',
  heads: 'i32',
  /** Width of a head, D. */
  size: 'i32',
  causal: 'i32',
  /** 1 / sqrt(D) */
  scale: 'f32',
  /** Whether the fields of dropout mean anything. */
  dropping: 'i32',
  /** Where sequences begin among all positions, and the end; 0 where each row of `time` positions is one. */
  starts: 'i32',
  ...dropoutFields,
} as const

/** A task is one head of one sequence. */
export const attentionForward = { name: 'attentionForward', fields: shape } as const satisfies Job

export const attentionBackward = {
  name: 'attentionBackward',
  fields: { dy: 'i32', dqkv: 'i32', ...shape },
} as const satisfies Job

/** Bytes of scratch memory: gemm's, two blocks of scores, a row of dropout factors. */
export function attentionScratch(time: number): number {
  return GEMM_SCRATCH + 2 * BLOCK * 4 * rowStride(time) + factorBytes(time)
}

/** A row of scores is filled up to whole vectors. */
const rowStride = (time: number): number => Math.ceil(time / 4) * 4

export function addAttention(
  module: WasmModule,
  madd: Madd,
  { gemm, dropoutFactors, softmaxRow, probabilityRow }: Record<Parts, Callable>,
): void {
  addJob(module, attentionForward, (f, task, scratch, body) => {
    const h = head(body, f, task, scratch)
    const row = body.local('i32')
    return [
      h.start,
      h.eachBlock(block => [
        gemm(
          block.rows,
          block.keys,
          f.size,
          h.at(h.q, block.first),
          h.wide,
          4,
          h.k,
          4,
          h.wide,
          h.scores,
          h.line,
          0,
          scratch,
        ),
        row.set(h.scores),
        h.eachRow(block, (i, seen, stats) => [
          softmaxRow(row, seen, f.scale, stats),
          when(f.dropping, [
            factorsOf(f, h, i, seen),
            forLanes(body, seen, (lanes, j) =>
              lanes.store(i32.add(row, j), f32x4.mul(lanes.load(i32.add(row, j)), lanes.load(i32.add(h.factors, j)))),
            ),
          ]),
          zeros(body, row, seen, block.keys),
          row.set(i32.add(row, h.line)),
        ]),
        gemm(
          block.rows,
          f.size,
          block.keys,
          h.scores,
          h.line,
          4,
          h.v,
          h.wide,
          4,
          h.out(f.y, block.first),
          h.narrow,
          0,
          scratch,
        ),
      ]),
    ]
  })

  addJob(module, attentionBackward, (f, task, scratch, body) => {
    const h = head(body, f, task, scratch)
    const [row, slopes, yRow, dyRow] = [0, 1, 2, 3].map(() => body.local('i32')) as [L, L, L, L]
    const [dq, dk, dv, dyAt] = [0, 1, 2, 3].map(() => body.local('i32')) as [L, L, L, L]
    const [sum, p, factor] = [0, 1, 2].map(() => body.local('v128')) as [V, V, V]
    const along = body.local('f32')
    return [
      h.start,
      dq.set(i32.add(f.dqkv, i32.sub(h.q, f.qkv))),
      dk.set(i32.add(f.dqkv, i32.sub(h.k, f.qkv))),
      dv.set(i32.add(f.dqkv, i32.sub(h.v, f.qkv))),
      // The keys' and values' gradients are summed over the blocks of queries.
      [dk, dv].map(start => [
        row.set(start),
        body.range(0, h.time, 1, () => [zeros(body, row, i32.const(0), f.size), row.set(i32.add(row, h.wide))]),
      ]),
      h.eachBlock(block => [
        dyAt.set(h.out(f.dy, block.first)),
        gemm(
          block.rows,
          block.keys,
          f.size,
          h.at(h.q, block.first),
          h.wide,
          4,
          h.k,
          4,
          h.wide,
          h.scores,
          h.line,
          0,
          scratch,
        ),
        gemm(block.rows, block.keys, f.size, dyAt, h.narrow, 4, h.v, 4, h.wide, h.slopes, h.line, 0, scratch),
        row.set(h.scores),
        slopes.set(h.slopes),
        yRow.set(h.out(f.y, block.first)),
        dyRow.set(dyAt),
        h.eachRow(block, (i, seen, stats) => [
          probabilityRow(row, seen, f.scale, stats),
          // sum_j p_ij dp_ij = y_i . dy_i, with or without dropout.
          sum.set(f32x4.const(0)),
          forLanes(body, f.size, (lanes, j) =>
            sum.set(madd(lanes.load(i32.add(yRow, j)), lanes.load(i32.add(dyRow, j)), sum)),
          ),
          along.set(sumOfLanes(sum)),
          when(
            f.dropping,
            [
              factorsOf(f, h, i, seen),
              forLanes(body, seen, (lanes, j) => [
                p.set(lanes.load(i32.add(row, j))),
                factor.set(lanes.load(i32.add(h.factors, j))),
                lanes.store(i32.add(row, j), f32x4.mul(p, factor)),
                sum.set(f32x4.sub(f32x4.mul(lanes.load(i32.add(slopes, j)), factor), f32x4.splat(along))),
                lanes.store(i32.add(slopes, j), f32x4.mul(f32x4.mul(p, f32x4.splat(f.scale)), sum)),
              ]),
            ],
            forLanes(body, seen, (lanes, j) => [
              p.set(f32x4.mul(lanes.load(i32.add(row, j)), f32x4.splat(f.scale))),
              sum.set(f32x4.sub(lanes.load(i32.add(slopes, j)), f32x4.splat(along))),
              lanes.store(i32.add(slopes, j), f32x4.mul(p, sum)),
            ]),
          ),
          zeros(body, row, seen, block.keys),
          zeros(body, slopes, seen, block.keys),
          row.set(i32.add(row, h.line)),
          slopes.set(i32.add(slopes, h.line)),
          yRow.set(i32.add(yRow, h.narrow)),
          dyRow.set(i32.add(dyRow, h.narrow)),
        ]),
        gemm(
          block.rows,
          f.size,
          block.keys,
          h.slopes,
          h.line,
          4,
          h.k,
          h.wide,
          4,
          h.at(dq, block.first),
          h.wide,
          0,
          scratch,
        ),
        gemm(
          block.keys,
          f.size,
          block.rows,
          h.slopes,
          4,
          h.line,
          h.at(h.q, block.first),
          h.wide,
          4,
          dk,
          h.wide,
          1,
          scratch,
        ),
        gemm(block.keys, f.size, block.rows, h.scores, 4, h.line, dyAt, h.narrow, 4, dv, h.wide, 1, scratch),
      ]),
    ]
  })

  function factorsOf(f: Shape, h: Head, i: L, seen: I32): Code {
    const number = i64.mul(i64.extend(i32.add(h.place, i)), i64.extend(f.time))
    return [
      h.number.set(i64.add(f.offset, i64.add(number, i64.extend(h.first)))),
      dropoutFactors(h.factorsAt, seen, h.number, f.threshold, f.keepScale, f.key0, f.key1, f.name0, f.name1),
      h.factors.set(i32.add(h.factorsAt, i32.shl(i32.and(i32.wrap(h.number), 3), 2))),
    ]
  }
}

/** What attention is built of. */
type Parts = 'gemm' | 'dropoutFactors' | 'softmaxRow' | 'probabilityRow'

type L = Local<'i32'>
type V = Local<'v128'>
type Shape = { readonly [K in keyof typeof shape]: Local<(typeof shape)[K]> }
type Head = ReturnType<typeof head>

interface Block {
  /** First query. */
  readonly first: L
  readonly rows: L
  /** Keys that any of them sees. */
  readonly keys: L
}

/** Where one head of one sequence lies. Strides are bytes. */
function head(body: Body, f: Shape, task: L, scratch: L) {
  const [q, k, v, wide, narrow, line] = [0, 1, 2, 3, 4, 5].map(() => body.local('i32')) as [L, L, L, L, L, L]
  const [scores, slopes, factorsAt, factors, seen] = [0, 1, 2, 3, 4].map(() => body.local('i32')) as [L, L, L, L, L]
  const [columns, rows, keys] = [0, 1, 2].map(() => body.local('i32')) as [L, L, L]
  const [row, time, first, place, at] = [0, 1, 2, 3, 4].map(() => body.local('i32')) as [L, L, L, L, L]
  const number = body.local('i64')
  return {
    /** Positions of the sequence. */
    time,
    /** Its first position within the row of the batch. */
    first,
    /** That position among [batch, heads, time]. */
    place,
    q,
    k,
    v,
    /** From a row of qkv to the next, and of y, and of scores. */
    wide,
    narrow,
    line,
    scores,
    slopes,
    factorsAt,
    factors,
    number,
    start: [
      row.set(i32.divU(task, f.heads)),
      when(
        f.starts,
        [at.set(i32.add(f.starts, i32.shl(row, 2))), row.set(i32.load(at)), time.set(i32.sub(i32.load(at, 4), row))],
        [row.set(i32.mul(row, f.time)), time.set(f.time)],
      ),
      first.set(i32.remU(row, f.time)),
      place.set(i32.add(i32.mul(i32.divU(row, f.time), f.heads), i32.remU(task, f.heads))),
      place.set(i32.add(i32.mul(place, f.time), first)),
      narrow.set(i32.shl(i32.mul(f.heads, f.size), 2)),
      wide.set(i32.mul(narrow, 3)),
      // The head's first column, in bytes.
      columns.set(i32.shl(i32.mul(i32.remU(task, f.heads), f.size), 2)),
      q.set(i32.add(i32.add(f.qkv, columns), i32.mul(row, wide))),
      k.set(i32.add(q, narrow)),
      v.set(i32.add(k, narrow)),
      line.set(i32.shl(i32.shrU(i32.add(f.time, 3), 2), 4)),
      scores.set(i32.add(scratch, GEMM_SCRATCH)),
      slopes.set(i32.add(scores, i32.mul(line, BLOCK))),
      factorsAt.set(i32.add(slopes, i32.mul(line, BLOCK))),
    ],
    /** A position's q, k or v. */
    at: (start: I32, position: I32): I32 => i32.add(start, i32.mul(position, wide)),
    /** The head's part of a position's y or dy. */
    out: (y: I32, position: I32): I32 => i32.add(i32.add(y, columns), i32.mul(i32.add(row, position), narrow)),
    eachBlock: (write: (block: Block) => Code): Code =>
      body.range(0, time, BLOCK, first => [
        rows.set(i32.min(i32.const(BLOCK), i32.sub(time, first))),
        keys.set(i32.select(i32.add(first, rows), time, f.causal)),
        write({ first, rows, keys }),
      ]),
    /** Each query i of a block, how many keys it sees, and where its statistics are. */
    eachRow: (block: Block, write: (i: L, seen: L, stats: I32) => Code): Code =>
      body.range(block.first, i32.add(block.first, block.rows), 1, i => [
        seen.set(i32.select(i32.add(i, 1), time, f.causal)),
        write(i, seen, i32.add(f.stats, i32.mul(i32.add(place, i), STATS_BYTES))),
      ]),
  }
}

/** Elements [from, to) of a row become 0. */
function zeros(body: Body, row: I32, from: I32, to: I32): Code {
  return body.range(i32.shl(from, 2), i32.shl(to, 2), 4, j => f32.store(i32.add(row, j), f32.const(0)))
}
