// Where the parts of a run go on, and so what the death of a thread means for it.
import { faults } from './faults.js'

const died = harm => ({ ...faults.died, ...harm })
const another = /another (goes on where it was|takes its place)/
const beforeBatches = [9]

/**
 * `refine` and `dataWorkers` are of the recipe. `faults`: what may be done to it, with the exit codes that are right. Before its
 * batches are made, a run looks at text on its own thread, whatever the mode (`beforeBatches`).
 */
export const modes = {
  /** All on one thread. */
  here: { refine: refining({ dedup: true }), faults },
  /** The filter that dies does so in one of two workers, within the data side's thread: another does its work. */
  workers: {
    refine: refining({ dedup: true, workers: 2 }),
    dataWorkers: 1,
    faults: { ...faults, died: died({ codes: [0], beforeBatches, warns: another }) },
  },
  /** The data side's thread dies. What its stages have seen can be read anew: another goes on. */
  replaced: {
    refine: refining({ dedup: false }),
    dataWorkers: 1,
    faults: { ...faults, died: died({ codes: [0], beforeBatches, warns: another }) },
  },
  /** The same, and a table of documents goes with it: the run ends, and is gone on with from its checkpoint. */
  ended: {
    refine: refining({ dedup: true }),
    dataWorkers: 1,
    faults: {
      ...faults,
      died: died({
        codes: [0, 1],
        beforeBatches,
        says: {
          1: /data: the thread of "data" ended .*, and with it what its stages had gathered; .*--resume/,
        },
      }),
    },
  },
}

function refining({ dedup, workers }) {
  const filter = { use: 'filter', module: './dying.mjs' }
  return [
    { use: 'normalize', ...(workers === undefined ? {} : { workers }) },
    workers === undefined ? filter : { ...filter, workers },
    ...(dedup ? [{ use: 'dedup' }] : []),
  ]
}
