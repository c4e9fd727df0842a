import type { Outcome, Sink } from '../contract/sink.ts'
import { ConfigError } from '../errors.ts'

const members = new WeakMap<Sink, readonly Sink[]>()

/**
 * Several sinks as one: each frame goes to all of them, in order, and counts as consumed when the last one has it. Every
 * member is closed, also when one of them fails to.
 */
export function sinks(list: readonly Sink[]): Sink {
  const line = flattenSinks(list)
  if (line.length === 0) throw new ConfigError('sinks needs at least one sink')
  if (line.length === 1) return line[0]!
  const composed: Sink = {
    id: line.map(sink => sink.id).join('+'),
    accept(input) {
      for (const sink of line) sink.accept?.(input)
    },
    async open(context, from) {
      for (const sink of line) await sink.open?.(context, from)
    },
    async consume(frame) {
      for (const sink of line) await sink.consume(frame)
    },
    async close(outcome: Outcome) {
      const faults: unknown[] = []
      for (const sink of line) await sink.close?.(outcome).catch((error: unknown) => faults.push(error))
      if (faults.length > 0) throw faults[0]
    },
  }
  members.set(composed, line)
  return composed
}

/** All the single sinks of a line, composed ones taken apart. */
export function flattenSinks(list: readonly Sink[]): readonly Sink[] {
  return list.flatMap(sink => members.get(sink) ?? [sink])
}
