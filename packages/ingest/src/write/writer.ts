import type { Documents } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'

/** How one format is written. */
export interface DocumentWriter {
  write(batch: RecordBatch<Documents>): Promise<void>
  /** Writes what stands at the end of a file; not called for one that is left unfinished. */
  end(): Promise<void>
}
