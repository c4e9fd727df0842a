import { type Observable, Subject } from 'rxjs'
import type { Cursor, Frame } from '../contract/frame.ts'
import type { RunEvent } from '../events.ts'
import { type Watched, watch } from './boundary.ts'
import { breather } from './breathe.ts'
import type { Chain } from './chain.ts'
import type { ConsumedPositions } from './consumed.ts'
import { atStage } from './fault.ts'
import type { Gate } from './gate.ts'
import type { Meter, Station } from './meter.ts'
import { pump } from './pump.ts'
import { FrameQueue } from './queue.ts'
import { Watchdog } from './watchdog.ts'

export interface FlowOptions {
  readonly chain: Chain
  readonly gate: Gate
  readonly meter: Meter
  /** Of the stages, in order. */
  readonly positions: readonly ConsumedPositions[]
  readonly from: Cursor
  readonly patience: number
  /** Aborted for a graceful end. */
  readonly stop: AbortSignal
  /** What the stages see as `context.signal`: aborted when the run ends early. */
  readonly abort: AbortController
  emit(event: RunEvent): void
  /** Called after each frame that the sink has consumed. */
  consumed(cursor: Cursor): void
}

/**
 * Lets frames flow from the source through the stages to the sink until the chain completes. Rejects with the first error,
 * once nothing moves any more.
 */
export async function flow(options: FlowOptions): Promise<'finished' | 'stopped'> {
  const { chain, gate, meter, positions, stop, abort } = options
  const [sourceStation, ...others] = meter.stations
  const sinkStations = others.slice(chain.stages.length)
  const input = new Subject<Frame>()
  const queue = new FrameQueue()
  const reading = new AbortController()
  let failure: { error: unknown } | undefined
  let ended = false
  let stopped = false

  const fail = (error: unknown) => {
    if (failure || ended) return
    failure = { error }
    abort.abort(error)
    for (const entry of positions) entry.fail(error)
    finish()
  }
  const finish = () => {
    reading.abort()
    queue.wake()
  }
  const follow = () => {
    if (ended || failure) return
    stopped = true
    abort.abort()
    reading.abort()
  }
  stop.addEventListener('abort', follow, { once: true })
  if (stop.aborted) follow()

  const watched: Watched[] = []
  let output: Observable<Frame> = input
  for (const [i, stage] of chain.stages.entries()) {
    watched.push(watch(output, stage, chain.schemas[i + 1]!, others[i]!, positions[i]!, meter))
    output = watched.at(-1)!.output
  }
  const watchdog = new Watchdog({
    gate,
    meter,
    watched,
    patience: options.patience,
    emit: options.emit,
    idle: () => queue.length === 0 && !sourceStation!.active && !sinkStations.some(station => station.active),
  })

  const drain = async (): Promise<void> => {
    const breathe = breather()
    while (!failure) {
      const frame = queue.take()
      if (!frame) {
        if (ended) return
        await queue.changed()
        continue
      }
      for (const [i, sink] of chain.sinks.entries()) {
        await consume(meter, sinkStations[i]!, frame, () => sink.consume(frame))
      }
      meter.consumed(frame)
      gate.retire(frame.seq)
      options.consumed(frame.cursor)
      for (const entry of positions) entry.consumed(frame.cursor)
      await breathe()
    }
  }

  const subscription = output.subscribe({
    next(frame) {
      meter.queued(frame)
      queue.put(frame)
    },
    error: fail,
    complete() {
      ended = true
      finish()
    },
  })
  const { source } = chain
  const pumped = pump({
    source,
    from: source.apart ? options.from : options.from[source.id],
    gate,
    meter,
    station: sourceStation!,
    signal: reading.signal,
    push: frame => input.next(frame),
    end: () => {
      if (!failure) input.complete()
    },
    warn: message => options.emit({ type: 'warning', stage: source.id, message }),
  }).catch(fail)
  const drained = drain().catch(error => {
    // The chain may have completed: what the sink did not take is lost all the same.
    ended = false
    fail(error)
  })
  await drained
  subscription.unsubscribe()
  await pumped
  watchdog.stop()
  stop.removeEventListener('abort', follow)
  if (failure) throw failure.error
  return stopped ? 'stopped' : 'finished'
}

async function consume(meter: Meter, station: Station, frame: Frame, call: () => Promise<void> | void): Promise<void> {
  meter.settle()
  meter.took(station, frame)
  station.active = true
  try {
    await call()
    meter.gave(station, frame)
  } catch (error) {
    throw atStage(error, station.id)
  } finally {
    meter.settle()
    station.active = false
  }
}
