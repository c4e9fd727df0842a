import { ingestKinds } from '@sluice/ingest'
import type { Kind } from '@sluice/pipeline'
import { refineKinds } from '@sluice/refine'

/** The kinds that the data side is made of. They need no tensors, which a thread of data should not load. */
export const dataKinds: readonly Kind[] = [...ingestKinds, ...refineKinds]
