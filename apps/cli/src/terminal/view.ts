import type { RunEvent } from '@sluice/pipeline'

/** Shows a run while it goes on. */
export interface View {
  event(event: RunEvent): void
  /** Takes away what must not stay. */
  end(): void
}
