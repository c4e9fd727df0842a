import { formatBytes } from '../config/bytes.ts'
import type { Stage } from '../contract/stage.ts'
import { ConfigError } from '../errors.ts'

const defaultMark = 64 * 2 ** 20

/** Bytes that may be in flight: the mark and every declared window. @throws ConfigError where they exceed `memory` */
export function markFor(
  stages: readonly Stage[],
  { mark, memory }: { mark?: number | undefined; memory?: number | undefined },
): number {
  const chosen = mark ?? (memory === undefined ? defaultMark : Math.floor(memory / 4))
  if (!(chosen > 0)) throw new ConfigError(`the mark must be more than 0 bytes, found ${chosen}`)
  const windows = stages.filter(stage => stage.window !== undefined)
  const limit = windows.reduce((sum, stage) => sum + stage.window!, chosen)
  if (memory !== undefined && limit > memory) {
    const named = windows.map(stage => `"${stage.id}" ${formatBytes(stage.window!)}`).join(', ')
    throw new ConfigError(
      `the mark of ${formatBytes(chosen)}${named ? ` and the windows (${named})` : ''} exceed the memory of ${formatBytes(memory)}`,
      { advice: 'raise memory, or make the windows smaller' },
    )
  }
  return limit
}
