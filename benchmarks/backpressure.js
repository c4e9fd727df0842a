// What piles up behind concatMap, with and without the gate.
//
//   node benchmarks/backpressure.js trace.json
//
// 256 frames of 1 MiB into a part that takes 5 ms for each. Without the gate they are read as RxJS reads them, with
// `from(asyncIterable)`; with it, by `run` with a mark of 16 MiB. Writes the bytes that were read and not consumed, over time.
import { writeFileSync } from 'node:fs'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { defineSource, defineStage, run } from '@sluice/pipeline'
import { Field, makeData, RecordBatch, Schema, Struct, Uint8 } from 'apache-arrow'
import { concatMap, from, lastValueFrom } from 'rxjs'

const MiB = 2 ** 20
const frames = 256
const schema = new Schema([new Field('bytes', new Uint8(), false)])

/** A megabyte of its own: what is held is really there. */
function megabyte() {
  const column = makeData({ type: new Uint8(), length: MiB, nullCount: 0, data: new Uint8Array(MiB).fill(1) })
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: MiB, nullCount: 0, children: [column] }),
  )
}

async function* read(count) {
  for (let n = 1; n <= frames; n++) {
    // As from the cache of a disk: a turn of the event loop.
    await setImmediate()
    count(1)
    yield { batch: megabyte(), position: n }
  }
}

const slow = concatMap(async frame => {
  await sleep(5)
  return frame
})

async function traced(body) {
  globalThis.gc?.()
  const began = performance.now()
  const points = []
  let inFlight = 0
  const count = more => {
    inFlight += more
    points.push({ x: (performance.now() - began) / 1000, y: inFlight })
  }
  await body(count)
  return points
}

const without = await traced(count =>
  lastValueFrom(
    from(read(count)).pipe(
      slow,
      concatMap(async () => count(-1)),
    ),
  ),
)
const gated = await traced(count => {
  const source = defineSource({ id: 'megabytes', schema, read: () => read(count) })
  const sink = { id: 'sink', consume: () => count(-1) }
  return run({ source, stages: [defineStage({ id: 'slow', apply: slow })], sink, mark: 16 * MiB }).done
})
const most = points => Math.max(...points.map(({ y }) => y))
process.stdout.write(`in flight at most: ${most(without)} MiB without the gate, ${most(gated)} MiB with it\n`)
if (process.argv[2]) writeFileSync(process.argv[2], JSON.stringify({ without, gated }))
