import { lastValueFrom, map, of, toArray } from 'rxjs'
import type { Divided, Stage } from '../contract/stage.ts'
import { SluiceError } from '../errors.ts'

/** The part of a stage that workers do. */
export function workOf(stage: Stage): Divided['work'] {
  if (stage.divided) return stage.divided.work
  return {
    open: async context => stage.open?.(context, undefined),
    close: async () => stage.close?.(),
    // Each frame by itself: that this makes no difference is what the stage says of itself.
    async apply(batch) {
      const cursor = {}
      const frame = { batch, cursor, seq: 0 }
      const batches = await lastValueFrom(
        of(frame).pipe(
          stage.apply,
          map(given => {
            if (given.cursor === cursor) return given.batch
            throw new SluiceError('says that it keeps no state, but writes into the cursor', {
              stage: stage.id,
              advice: 'keep the cursor of each frame, or divide the stage into work and books',
            })
          }),
          toArray(),
        ),
      )
      return { batches }
    },
  }
}

/** The part that stays on the run's thread. */
export function booksOf(stage: Stage): Divided['books'] | undefined {
  return stage.divided?.books
}
