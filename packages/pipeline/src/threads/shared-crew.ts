import type { Crew } from './crew.ts'

/** Milliseconds after its last user that a crew is kept for the next one. */
const idle = 1000

/**
 * One crew for several users, one after the other or at once: made for the first, ended a while after the last one has closed it.
 *
 * @returns what gives each user a crew of its own to close
 */
export function sharedCrew(make: () => Crew): () => Crew {
  let shared: Crew | undefined
  let users = 0
  let ending: NodeJS.Timeout | undefined
  return () => {
    users++
    clearTimeout(ending)
    shared ??= make()
    const { threads } = shared
    let open = true
    return {
      threads,
      ask: question => {
        shared ??= make()
        return shared.ask(question)
      },
      async close() {
        if (!open) return
        open = false
        users--
        if (users > 0) return
        ending = setTimeout(() => {
          void shared?.close()
          shared = undefined
        }, idle).unref()
      },
    }
  }
}
