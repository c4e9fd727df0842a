import type { Frame } from '../contract/frame.ts'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { StageCounters } from '../events.ts'
import { idleTime } from './idle-time.ts'

/** What is known of one part of the chain by watching its two boundaries. */
export interface Station {
  readonly id: string
  readonly kind: StageCounters['kind']
  rows: number
  bytes: number
  frames: number
  /** Milliseconds in each state. */
  busy: number
  waitingForInput: number
  waitingForOutput: number
  /** Frames given to it. */
  received: number
  /** Newest `seq` that went in and that came out. */
  newestIn: number
  newestOut: number
  /** Whether it has emitted outside of a call: then what it has in hand is being worked on. */
  asynchronous: boolean
  /** Waits of `whenConsumed` under way. */
  waits: number
  /** A source that is being read, a sink that is consuming. */
  active: boolean
  inputEnded: boolean
  ended: boolean
}

/**
 * Counts and times every part of a run. Operators are opaque, so the state of a part is told from its boundaries; at each
 * moment it is
 * - busy: a source whose next frame has been asked for; a sink that consumes; a stage while its own code runs within the
 *   call that brings a frame (what later stages do within the same call is theirs), or, for a stage that has ever emitted
 *   outside such a call, while it has got more frames than it has given;
 * - waiting for output: a source held back by the gate; a stage that waits within its call for the later ones, or in
 *   `whenConsumed`, or has nothing to do while the gate is closed (the brake is further down);
 * - waiting for input otherwise.
 */
export class Meter {
  readonly stations: readonly Station[]
  /** Whether the gate holds the source back. */
  gated = false
  /** Boundaries crossed, and signs of life from stages. */
  moves = 0
  /** When a stage last moved of its own accord, on the clock of `idleTime`. */
  stirredAt = 0
  readonly #stack: Station[] = []
  #last = performance.now()

  constructor(parts: readonly { id: string; kind: StageCounters['kind'] }[]) {
    this.stations = parts.map(({ id, kind }) => ({
      id,
      kind,
      rows: 0,
      bytes: 0,
      frames: 0,
      busy: 0,
      waitingForInput: 0,
      waitingForOutput: 0,
      received: 0,
      newestIn: 0,
      newestOut: 0,
      asynchronous: false,
      waits: 0,
      active: false,
      inputEnded: false,
      ended: false,
    }))
  }

  /** Books the time since the last change of state. To be called before every one. */
  settle(): void {
    const now = performance.now()
    const elapsed = now - this.#last
    this.#last = now
    if (elapsed <= 0) return
    for (const station of this.stations) station[this.#state(station)] += elapsed
  }

  #state(station: Station): 'busy' | 'waitingForInput' | 'waitingForOutput' {
    if (this.#stack.at(-1) === station || station.active) return 'busy'
    if (this.#stack.includes(station) || station.waits > 0) return 'waitingForOutput'
    if (station.kind === 'sink' || station.ended) return 'waitingForInput'
    if (station.asynchronous && station.received > station.frames) return 'busy'
    return this.gated ? 'waitingForOutput' : 'waitingForInput'
  }

  /** Runs `call` as the station's own code. */
  within(station: Station, call: () => void): void {
    this.settle()
    this.#stack.push(station)
    try {
      call()
    } finally {
      this.settle()
      this.#stack.pop()
    }
  }

  /** Whether the station's code is on the stack: an emission now happens within the call that brought a frame. */
  calling(station: Station): boolean {
    return this.#stack.includes(station)
  }

  /** A stage has moved of its own accord: it had been working. */
  stirred(): void {
    this.moves++
    this.stirredAt = idleTime()
  }

  took(station: Station, frame: Frame): void {
    this.moves++
    station.received++
    station.newestIn = Math.max(station.newestIn, frame.seq)
  }

  gave(station: Station, frame: Frame): void {
    this.moves++
    station.frames++
    station.rows += frame.batch.numRows
    station.bytes += frameBytes(frame)
    station.newestOut = Math.max(station.newestOut, frame.seq)
  }

  counters(): StageCounters[] {
    this.settle()
    return this.stations.map(({ id, kind, rows, bytes, frames, ...times }) => ({
      id,
      kind,
      rows,
      bytes,
      frames,
      busy: times.busy / 1000,
      waitingForInput: times.waitingForInput / 1000,
      waitingForOutput: times.waitingForOutput / 1000,
    }))
  }
}
