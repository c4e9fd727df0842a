import { setImmediate } from 'node:timers/promises'
import type { Cursor } from '../contract/frame.ts'
import type { Outcome } from '../contract/sink.ts'
import type { SavedStates, StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import type { Chain } from './chain.ts'
import { ConsumedPositions } from './consumed.ts'
import { atStage } from './fault.ts'
import { flow } from './flow.ts'
import { Gate } from './gate.ts'
import { watchMemory } from './memory.ts'
import { Meter } from './meter.ts'
import type { RunResult } from './run.ts'

export interface ExecuteOptions {
  readonly chain: Chain
  /** Of the gate, bytes. */
  readonly limit: number
  readonly seed: number
  readonly from: Cursor | undefined
  readonly saved: ((stage: string) => string | undefined) | undefined
  readonly patience: number
  readonly stop: AbortSignal
  emit(event: RunEvent): void
}

/** Opens the parts, lets frames flow, closes the parts, tells about it. */
export async function execute(options: ExecuteOptions): Promise<RunResult> {
  // Whoever subscribes to the events in this turn hears all of them.
  await setImmediate()
  const { chain, emit, from } = options
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const meter = new Meter([
    { id: chain.source.id, kind: 'source' },
    ...chain.stages.map(stage => ({
      id: stage.id,
      kind: 'stage' as const,
      window: stage.window,
      held: () => stage.held?.() ?? 0,
      ...(stage.parallel ? { workers: stage.workers ?? 0 } : {}),
    })),
    ...chain.sinks.map(({ id }) => ({ id, kind: 'sink' as const })),
  ])
  const gate = new Gate(options.limit, () => meter.inFlight)
  const memory = watchMemory(meter, options.limit, () => chain.source.apart?.memory())
  const abort = new AbortController()
  const positions = chain.stages.map(stage => new ConsumedPositions(stage.id))
  let cursor: Cursor = from ?? {}

  const { apart } = chain.source
  // What stands for parts elsewhere is told by them.
  const counters = () => (apart ? [...apart.counters(), ...meter.counters().slice(1)] : meter.counters())
  const told = apart?.events$.subscribe(event => emit(event))

  const ids = [...(apart?.parts ?? [chain.source.id]), ...meter.stations.slice(1).map(({ id }) => id)]
  emit({ type: 'started', stages: ids, ...(from ? { resumedFrom: from } : {}) })
  for (const id of strangers(chain, cursor)) {
    emit({
      type: 'warning',
      stage: id,
      message: 'has a position in the cursor to resume at, but is no part of this run',
    })
  }
  const mixed = () => {
    const state = chain.source.mixed?.()
    if (state) emit({ type: 'mixed', stage: chain.source.id, ...state })
  }
  let ticks = 0
  const progress = setInterval(() => {
    emit({ type: 'progress', counters: counters(), bytesInFlight: gate.bytes })
    memory.look()
    if (ticks++ % 10 === 0) {
      mixed()
      emit({ type: 'memory', ...memory.use() })
    }
  }, 1000).unref()

  const closing: { id: string; close(outcome: Outcome): Promise<void> | undefined }[] = []
  const faults: unknown[] = []
  let outcome: Outcome = 'failed'
  try {
    const lend = (i: number): StageContext =>
      context(options, meter, abort.signal, positions[i], meter.stations[i + 1]!)
    for (const [i, sink] of chain.sinks.entries()) {
      closing.push({ id: sink.id, close: how => sink.close?.(how) })
      await opened(sink.id, () => sink.open?.(lend(chain.stages.length + i), cursor[sink.id]))
    }
    for (const [i, stage] of chain.stages.entries()) {
      closing.push({ id: stage.id, close: () => stage.close?.() })
      await opened(stage.id, () => stage.open?.(lend(i), cursor[stage.id]))
    }
    outcome = await flow({
      ...options,
      from: cursor,
      gate,
      meter,
      positions,
      abort,
      consumed: position => {
        cursor = position
      },
    })
  } catch (error) {
    faults.push(error)
    abort.abort(error)
  }
  for (const { id, close } of closing) {
    try {
      await close(outcome)
    } catch (error) {
      faults.push(atStage(error, id))
    }
  }
  clearInterval(progress)
  for (const fault of faults.slice(1)) {
    emit({
      type: 'warning',
      stage: atStage(fault, 'run').stage!,
      message: `failed as well: ${(fault as Error).message}`,
    })
  }
  mixed()
  emit({ type: 'memory', ...memory.use() })
  const note = chain.source.summary?.()
  if (note) emit({ type: 'note', stage: chain.source.id, ...note })
  told?.unsubscribe()
  const result = { seconds: seconds(), counters: counters() }
  emit({ type: 'finished', outcome: faults.length > 0 ? 'failed' : outcome, ...result })
  if (faults.length > 0) throw faults[0]
  return { outcome: outcome as RunResult['outcome'], cursor, ...result }
}

async function opened(id: string, open: () => Promise<void> | undefined): Promise<void> {
  try {
    await open()
  } catch (error) {
    throw atStage(error, id)
  }
}

function context(
  { chain, seed, saved, emit }: ExecuteOptions,
  meter: Meter,
  signal: AbortSignal,
  positions: ConsumedPositions | undefined,
  station: Meter['stations'][number],
): StageContext {
  const file = positions && saved?.(station.id)
  return {
    seed,
    signal,
    ...(file === undefined ? {} : { saved: file }),
    ...(positions ? {} : { savedStates: () => savedStates(chain) }),
    emit(event) {
      meter.stirred()
      emit(event)
    },
    alive: () => meter.stirred(),
    async whenConsumed(position) {
      if (!positions) return
      meter.settle()
      station.waits++
      try {
        await positions.wait(position)
      } finally {
        meter.settle()
        station.waits--
      }
    },
  }
}

function savedStates({ source, stages }: Chain): SavedStates | Promise<SavedStates> {
  const within = source.savedStates?.() ?? []
  const own = stages.flatMap(stage => (stage.save ? [[stage.id, stage.save()] as const] : []))
  if (!source.apart) return new Map([...within, ...own])
  return source.apart.save().then(others => new Map([...others, ...within, ...own]))
}

/** Entries of a cursor that belong to no part of the chain. */
function strangers(chain: Chain, cursor: Cursor): string[] {
  const own = [chain.source, ...chain.stages, ...chain.sinks].map(({ id }) => id)
  const ids = new Set([...own, ...(chain.source.apart?.parts ?? [])])
  return Object.keys(cursor).filter(id => !ids.has(id))
}
