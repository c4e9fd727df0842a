import { createHook } from 'node:async_hooks'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { getActiveResourcesInfo } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a process holds that a stage may have forgotten: names to counts. */
export type Holdings = ReadonlyMap<string, number>

/** Threads that were started and have not ended. Those with nothing to do keep no process alive, and are not told of otherwise. */
const threads = new Set<number>()
createHook({
  init(id, type) {
    if (type === 'WORKER') threads.add(id)
  },
  destroy(id) {
    threads.delete(id)
  },
}).enable()

/** @param others whatever else is to be as it was: tensors of a backend, the stage's own count */
export function holdings(others: () => Readonly<Record<string, number>> = () => ({})): Holdings {
  const held = new Map<string, number>()
  const add = (name: string, count = 1) => held.set(name, (held.get(name) ?? 0) + count)
  for (const name of openFiles()) add(`file ${name}`)
  // Timers are those of the test itself, and of the runner that runs it, too; what else there is stays open for a reason.
  for (const name of getActiveResourcesInfo()) if (!passing.has(name)) add(`resource ${name}`)
  add('thread', threads.size)
  for (const [name, count] of Object.entries(others())) add(name, count)
  return held
}

/** Asked for and answered within the event loop, or the test's own. */
const passing: ReadonlySet<string> = new Set([
  'Timeout',
  'Immediate',
  'TickObject',
  'FSReqPromise',
  'FSReqCallback',
  'CloseReq',
  'PipeWrap',
  'MessagePort',
])

/** Linux tells them; elsewhere none are known. */
function openFiles(): string[] {
  const folder = '/proc/self/fd'
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap(name => {
    try {
      const path = readlinkSync(`${folder}/${name}`)
      return path.startsWith('/') && !path.startsWith('/dev/') && !path.startsWith('/proc/') ? [path] : []
    } catch {
      // The one that was open for this list.
      return []
    }
  })
}

/** What is held now and was not before: `file /tmp/a`, `thread (2)`. */
export function heldSince(before: Holdings, now: Holdings): string[] {
  return [...now].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0)
    return more <= 0 ? [] : [more === 1 ? name : `${name} (${more})`]
  })
}

/** Waits until nothing is held that was not before, for a second: closing takes a turn or two. Gives what still is. */
export async function settled(before: Holdings, others?: () => Readonly<Record<string, number>>): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const held = heldSince(before, holdings(others))
    if (held.length === 0 || tries === 50) return held
    await sleep(20)
  }
}
