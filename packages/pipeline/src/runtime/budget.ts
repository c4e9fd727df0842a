import { formatBytes } from '../config/bytes.ts'
import { ConfigError } from '../errors.ts'

/** What a stage gathers before it can emit, and what it is called in messages. */
export interface Window {
  readonly id: string
  readonly bytes: number
}

export interface BudgetOptions {
  /** Asked for. Default: a quarter of `memory`, as far as the windows leave so much, and at most 64 MiB. */
  readonly mark?: number | undefined
  /** Bytes for all that is in flight. Default: not checked. */
  readonly memory?: number | undefined
  readonly windows: readonly Window[]
}

export interface Budget {
  readonly mark: number
  /** Of the gate: the mark and each window once. */
  readonly limit: number
  /**
   * The most that can be in flight at a time, whichever parts are slow and when. All that is there comes from text up to the limit, let in
   * while nothing else was, and a frame above it; a window is there a second time while it goes out. While speeds stay as they are, it is
   * much less: about the mark and twice the windows.
   *
   * @param growth bytes that a byte of the source becomes at most on its way: 1 where frames stay documents, 12 for blocks of characters
   * @param frame bytes of the source's largest frame
   */
  most(growth: number, frame: number): number
}

const usualMark = 64 * 2 ** 20

/** Less than this between source and sink, and they wait for each other. */
const leastMark = 2 ** 16

/**
 * Splits the memory of a run into the gate's mark and the windows of its stages. A window counts twice: what was gathered lies there
 * until the last frame made of it has gone out, and those wait for the sink at their own places.
 *
 * @throws ConfigError where they do not fit, saying how much would do
 */
export function splitMemory({ mark, memory, windows }: BudgetOptions): Budget {
  if (mark !== undefined && !(mark > 0)) throw new ConfigError(`the mark must be more than 0 bytes, found ${mark}`)
  const gathered = windows.reduce((sum, { bytes }) => sum + bytes, 0)
  if (memory === undefined) return budget(mark ?? usualMark, gathered)
  const left = memory - 2 * gathered
  const wanted = mark ?? Math.min(leastMark, memory)
  if (left < wanted) throw tooLarge({ memory, wanted, windows, gathered })
  return budget(mark ?? Math.floor(Math.min(left, Math.max(leastMark, memory / 4), usualMark)), gathered)
}

function budget(mark: number, gathered: number): Budget {
  const limit = mark + gathered
  return { mark, limit, most: (growth, frame) => growth * (limit + frame) + gathered }
}

function tooLarge(of: { memory: number; wanted: number; windows: readonly Window[]; gathered: number }): ConfigError {
  const { memory, wanted, windows, gathered } = of
  const named = windows.filter(({ bytes }) => bytes > 0).map(({ id, bytes }) => `${id} ${formatBytes(bytes)}`)
  const mark = `a mark of ${formatBytes(wanted)}`
  const both = named.length > 0 ? `twice the windows (${named.join(', ')}) and ${mark} exceed` : `${mark} exceeds`
  const least = Math.ceil((wanted + 2 * gathered) / 1e6)
  const largest = windows.reduce<Window | undefined>((a, b) => (a && a.bytes >= b.bytes ? a : b), undefined)
  const smaller = largest && largest.bytes > 0 ? `make ${largest.id} smaller` : 'make the mark smaller'
  return new ConfigError(`${both} the memory of ${formatBytes(memory)}`, {
    advice: `set memory to at least "${least}MB", or ${smaller}`,
  })
}
