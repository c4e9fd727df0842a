import type { Frame, Json } from '../contract/frame.ts'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { Source } from '../contract/source.ts'
import { breather } from './breathe.ts'
import { atStage } from './fault.ts'
import type { Gate } from './gate.ts'
import type { Meter, Station } from './meter.ts'

export interface PumpOptions {
  readonly source: Source
  readonly from: Json | undefined
  readonly gate: Gate
  readonly meter: Meter
  readonly station: Station
  /** Aborted when no more frames are wanted. */
  readonly signal: AbortSignal
  push(frame: Frame): void
  /** No more frames will be pushed. */
  end(): void
  warn(message: string): void
}

/** Milliseconds that a source has for freeing what it holds, before the run ends without it. */
const grace = 1000

/** What a frame takes even if it has no rows: without it, empty frames would be let through without end. */
const leastWeight = 512

/** Pulls frame after frame from the source while there is credit. Rejects with the source's error. */
export async function pump(options: PumpOptions): Promise<void> {
  const { source, gate, meter, station, signal } = options
  const breathe = breather()
  const abandon: { now?: () => void } = {}
  const wake = () => {
    gate.wake()
    abandon.now?.()
  }
  signal.addEventListener('abort', wake, { once: true })
  let iterator: AsyncIterator<Frame> | undefined
  try {
    iterator = source.read(options.from, signal)[Symbol.asyncIterator]()
    for (let seq = 1; ; seq++) {
      await breathe()
      await credit(gate, meter, signal)
      if (signal.aborted) break
      const result = await pulled(iterator, meter, station, abandon)
      if (signal.aborted || result === undefined) break
      if (result.done) {
        iterator = undefined
        break
      }
      // A source may have worked long on it, and stages begin to now.
      await breathe()
      if (signal.aborted) break
      const frame: Frame = { ...result.value, seq }
      gate.charge(seq, Math.max(leastWeight, frameBytes(frame)))
      meter.gave(station, frame)
      meter.within(station, () => options.push(frame))
    }
  } catch (error) {
    iterator = undefined
    // A source may end with an AbortError when it is told that no more is wanted.
    if (!signal.aborted) throw atStage(error, source.id)
  } finally {
    signal.removeEventListener('abort', wake)
    station.ended = true
  }
  options.end()
  if (iterator) await released(iterator, options)
}

async function credit(gate: Gate, meter: Meter, signal: AbortSignal): Promise<void> {
  while (!gate.open && !signal.aborted) {
    meter.settle()
    meter.gated = true
    await gate.changed()
    meter.settle()
    meter.gated = false
  }
}

/** The iterator's next result; undefined when nobody wants it any more. */
async function pulled(
  iterator: AsyncIterator<Frame>,
  meter: Meter,
  station: Station,
  abandon: { now?: () => void },
): Promise<IteratorResult<Frame> | undefined> {
  meter.settle()
  station.active = true
  try {
    // Not Promise.race: a race against one long-lived promise leaves a reaction on it for each frame.
    return await new Promise((resolve, reject) => {
      // A constant first: V8 puts a function that is assigned to a property among the old objects at once, and with it the promise's frame.
      const leave = () => resolve(undefined)
      abandon.now = leave
      iterator.next().then(resolve, reject)
    })
  } finally {
    delete abandon.now
    meter.settle()
    station.active = false
  }
}

/** Ends an iterator that was not read to its end. One that still waits for its data may not answer. */
async function released(iterator: AsyncIterator<Frame>, { warn }: PumpOptions): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, grace)
  })
  const end = async () => {
    try {
      await iterator.return?.()
    } catch (error) {
      if ((error as Error | undefined)?.name !== 'AbortError') warn(`did not end cleanly: ${error}`)
    }
  }
  await Promise.race([end(), late])
  clearTimeout(timer)
}
