import type { Frame } from '../contract/frame.ts'
import { frameBytes } from '../contract/frame-bytes.ts'
import type { StageCounters } from '../events.ts'
import { Charges } from './charges.ts'
import { idleTime } from './idle-time.ts'

/** What is known of one part of the chain by watching its two boundaries. */
export interface Station {
  readonly id: string
  readonly kind: StageCounters['kind']
  readonly workers?: number
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
  /** Frames that have come in and that nothing which came out tells to be done with. */
  readonly inside: Charges
  /** What the part itself says that it keeps, and how much of that counts as in flight. */
  readonly own: () => number
  readonly window: number
  mostHeld: number
}

/** A part as the meter knows it. */
export interface Part {
  readonly id: string
  readonly kind: StageCounters['kind']
  readonly window?: number | undefined
  readonly workers?: number
  held?(): number
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
  /** Where what has come out of the chain waits. */
  readonly #queue: Station | undefined
  #measured: { frame: Frame; bytes: number } | undefined
  #mostInFlight = 0
  #last = performance.now()

  constructor(parts: readonly Part[]) {
    this.stations = parts.map(part => ({
      id: part.id,
      kind: part.kind,
      ...(part.workers === undefined ? {} : { workers: part.workers }),
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
      inside: new Charges(),
      own: () => part.held?.() ?? 0,
      window: part.window ?? 0,
      mostHeld: 0,
    }))
    this.#queue = this.stations.find(({ kind }) => kind === 'sink')
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
    if (station.kind === 'stage') this.#hold(station, frame)
  }

  /** A frame has come out of the chain: until the last sink has consumed it, it is the first one's. */
  queued(frame: Frame): void {
    if (this.#queue) this.#hold(this.#queue, frame)
  }

  consumed(frame: Frame): void {
    this.#queue?.inside.left(frame.seq, frame.cursor)
  }

  #hold(station: Station, frame: Frame): void {
    station.inside.add(frame.seq, this.#bytesOf(frame), frame.cursor)
    station.mostHeld = Math.max(station.mostHeld, heldBy(station))
    this.#mostInFlight = Math.max(this.#mostInFlight, this.inFlight)
  }

  /** A frame that leaves one part enters the next at once: its bytes are counted once. */
  #bytesOf(frame: Frame): number {
    if (this.#measured?.frame !== frame) this.#measured = { frame, bytes: frameBytes(frame) }
    return this.#measured.bytes
  }

  /** Bytes that lie between source and sink: frames, and what stages gather, as far as they declared it. */
  get inFlight(): number {
    let sum = 0
    for (const { inside, own, window } of this.stations)
      sum += inside.bytes + (window > 0 ? Math.min(own(), window) : 0)
    return sum
  }

  get mostInFlight(): number {
    return this.#mostInFlight
  }

  gave(station: Station, frame: Frame): void {
    this.moves++
    station.frames++
    station.rows += frame.batch.numRows
    station.bytes += this.#bytesOf(frame)
    station.newestOut = Math.max(station.newestOut, frame.seq)
    if (station.kind === 'stage') station.inside.left(frame.seq, frame.cursor)
  }

  counters(): StageCounters[] {
    this.settle()
    return this.stations.map(station => {
      const held = heldBy(station)
      station.mostHeld = Math.max(station.mostHeld, held)
      const { id, kind, rows, bytes, frames, mostHeld } = station
      const seconds = {
        busy: station.busy / 1000,
        waitingForInput: station.waitingForInput / 1000,
        waitingForOutput: station.waitingForOutput / 1000,
      }
      const workers = station.workers === undefined ? {} : { workers: station.workers }
      return { id, kind, ...workers, rows, bytes, frames, ...seconds, held, mostHeld }
    })
  }
}

function heldBy({ inside, own }: Station): number {
  return inside.bytes + own()
}
