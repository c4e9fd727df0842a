import type { Schema } from 'apache-arrow'
import type { Observable } from 'rxjs'
import type { Cursor, Frame, Json } from '../contract/frame.ts'
import type { Stage, StageContext } from '../contract/stage.ts'
import { ConfigError } from '../errors.ts'

// The members of a composed stage. The runner takes them one by one, so that counters, cursors and errors keep their names.
const members = new WeakMap<Stage, readonly Stage[]>()

/**
 * Stages one after the other as a stage: `pipe(a, b)` is a stage with the id `a|b`, and can be piped again. Each member
 * keeps its own entry in cursors, its own counters and its own name in errors.
 */
export function pipe(...stages: readonly Stage[]): Stage {
  const line = flatten(stages)
  if (line.length === 0) throw new ConfigError('pipe needs at least one stage')
  if (line.length === 1) return line[0]!
  const window = line.reduce((sum, stage) => sum + (stage.window ?? 0), 0)
  const composed: Stage = {
    id: line.map(stage => stage.id).join('|'),
    schema: (input: Schema) => line.reduce((schema, stage) => stage.schema(schema), input),
    apply: (input: Observable<Frame>) => line.reduce((stream, stage) => stream.pipe(stage.apply), input),
    ...(line.some(stage => stage.window !== undefined) ? { window } : {}),
    ...(line.some(stage => stage.held)
      ? { held: () => line.reduce((sum, stage) => sum + (stage.held?.() ?? 0), 0) }
      : {}),
    ...(line.every(stage => stage.parallel === 'stateless') ? { parallel: 'stateless' as const } : {}),
    // For those who drive a stage without the runner: `from` is then a cursor over the members.
    async open(context: StageContext, from: Json | undefined) {
      const cursor = (from ?? {}) as Cursor
      for (const stage of line) await stage.open?.(context, cursor[stage.id])
    },
    async close() {
      for (const stage of line) await stage.close?.()
    },
  }
  members.set(composed, line)
  return composed
}

/** All the single stages of a line, composed ones taken apart. */
export function flatten(stages: readonly Stage[]): readonly Stage[] {
  return stages.flatMap(stage => members.get(stage) ?? [stage])
}
