import { join } from 'node:path'

/** Where a run keeps what it must read again and cannot, such as standard input. */
export const scratchFolder = 'scratch'

/** Where a run keeps its checkpoints: see "A run's folder" in ARCHITECTURE.md. */
export const checkpointsDir = (run: string) => join(run, 'checkpoints')
