import { formatBytes } from '../config/bytes.ts'
import type { RunEvent } from '../events.ts'
import type { Watched } from './boundary.ts'
import type { Gate } from './gate.ts'
import type { Meter } from './meter.ts'
import { Patience } from './patience.ts'

export interface WatchdogOptions {
  readonly gate: Gate
  readonly meter: Meter
  readonly watched: readonly Watched[]
  /** Seconds of idling after which a chain in which nothing moves counts as stuck. */
  readonly patience: number
  emit(event: RunEvent): void
  /** Whether neither source nor sink has anything to do. */
  idle(): boolean
}

interface Remedy {
  /** How many times the usual stand-still it takes. Order, on which exact resuming hangs, is not given up lightly. */
  readonly patience: number
  apply(): void
}

/**
 * Sees to it that a run never hangs silently: when nothing moves while the sink is idle, it does what lets the run go on
 * and says which stage is the reason and what to set. Its timer keeps the process alive as long as the run is.
 */
export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #patience: Patience
  readonly #warned = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#patience = new Patience(options.patience * 1000)
    this.#again(this.#patience.interval)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #again(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#look(), milliseconds)
  }

  #look(): void {
    const { meter, idle } = this.#options
    const remedy = idle() ? this.#remedy() : undefined
    if (!remedy) {
      this.#patience.forget()
      this.#again(this.#patience.interval)
      return
    }
    const left = this.#patience.left(meter, remedy.patience)
    if (left === 0) {
      this.#patience.released()
      remedy.apply()
    }
    this.#again(left === 0 ? this.#patience.interval : Math.min(left, this.#patience.interval))
  }

  /** What to do if this goes on; undefined where nothing is wrong with waiting. */
  #remedy(): Remedy | undefined {
    const { gate, meter, watched } = this.#options
    const ahead = watched.find(entry => entry.holding() > 0)
    if (ahead) return { patience: 6, apply: () => this.#giveUpOrder(ahead) }
    const waiting = watched.find(entry => entry.positions.waiting > 0)
    if (waiting) return { patience: 1, apply: () => this.#endWait(waiting) }
    if (meter.gated) {
      const apply = () => {
        this.#nameGatherer()
        gate.release()
      }
      return { patience: 1, apply }
    }
    const silent = watched.find(({ station }) => station.inputEnded && !station.ended)
    return silent ? { patience: 1, apply: () => this.#nameSilent(silent) } : undefined
  }

  #giveUpOrder(entry: Watched): void {
    const frames = count(entry.holding(), 'frame')
    this.#warn(
      entry.stage.id,
      `has put out ${frames} ahead of an earlier one that does not come; order is kept no longer, and a checkpoint may ` +
        'leave the late frame out: pass an empty batch on instead of dropping a frame, or declare a window',
    )
    entry.giveUpOrder()
  }

  #endWait(entry: Watched): void {
    this.#warn(
      entry.stage.id,
      'waits for a frame of its own to be consumed that does not reach the sink; it goes on without: a later stage gathers or drops frames',
    )
    entry.positions.release()
  }

  #nameGatherer(): void {
    const { gate, watched } = this.#options
    const held = watched.map(entry => {
      const { newestIn, newestOut } = entry.station
      const kept = gate.between(newestOut, newestIn)
      return { entry, ...kept, excess: kept.bytes - (entry.stage.window ?? 0) }
    })
    const most = held.reduce((a, b) => (b.excess > a.excess ? b : a))
    const { id, window } = most.entry.stage
    this.#warn(
      id,
      `has taken ${formatBytes(most.bytes)} (${count(most.frames, 'frame')}) and given nothing; the gate lets one frame ` +
        `more through at a time: ${window === undefined ? 'declare a window' : `raise its window of ${formatBytes(window)}`}` +
        `, raise the mark of ${formatBytes(gate.limit)}, or pass an empty batch on instead of dropping a frame`,
    )
  }

  #nameSilent(entry: Watched): void {
    this.#warn(entry.stage.id, 'has not completed although its input has; the run waits for it')
  }

  #warn(stage: string, message: string): void {
    if (this.#warned.has(stage)) return
    this.#warned.add(stage)
    this.#options.emit({ type: 'warning', stage, message })
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
