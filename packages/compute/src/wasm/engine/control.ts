/** Words of the block of shared memory by which the main thread and the others speak. */
export const CONTROL = {
  /** Counts up as jobs are opened and closed: odd while one is open. */
  state: 0,
  /** The task that is taken next. */
  next: 1,
  tasks: 2,
  /** Helpers at work. */
  active: 3,
  /** Address of the first thread's scratch memory, and bytes of each. */
  scratch: 4,
  scratchBytes: 5,
  /** Index of the kernel among the module's exports. */
  kernel: 6,
  /** Not 0 once a helper's task has failed. */
  failed: 7,
} as const

export const CONTROL_WORDS = 16

/** Looks at a word this many times, some 30 microseconds, before sleeping until it changes. */
export const SPINS = 20_000
