import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What passes by itself: the machine is short of something for a moment, or a network file system has lost its server. A file that is
 * missing, a disk that is full or a right that is lacking does not come back by asking again.
 */
const passing: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ECONNRESET',
])

/** Milliseconds before each further attempt: 3.1 seconds in all. */
const usualWaits = [100, 200, 400, 800, 1600]

/**
 * Does what may be done again without harm, such as opening or reading a file; where the machine refuses for a reason that passes,
 * again after a pause, each twice as long as the one before.
 *
 * @param action told how often it was tried before
 * @throws the last refusal, with `attempts` in it where there were several
 */
export async function retrying<T>(
  action: (attempt: number) => Promise<T>,
  { waits = usualWaits }: { waits?: readonly number[] } = {},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action(attempt)
    } catch (error) {
      const wait = waits[attempt]
      if (!(error instanceof Error) || !passing.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      if (wait === undefined) throw attempt > 0 ? Object.assign(error, { attempts: attempt + 1 }) : error
      await sleep(wait)
    }
  }
}
