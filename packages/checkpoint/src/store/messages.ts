import type { CheckpointContent } from './write.ts'

/** What is sent to the thread that writes. */
export interface ContentMessage {
  readonly dir: string
  readonly content: CheckpointContent
  readonly keep: number
  readonly early: readonly number[]
  readonly best: number | undefined
}

/** The content in a form that can be sent, and the memory that goes with it instead of being copied. */
export function asContent(content: CheckpointContent): { message: CheckpointContent; transfer: ArrayBuffer[] } {
  const { snapshot, stages } = content
  const { step, weights, optimizer, trainer } = snapshot
  const transfer = new Set<ArrayBuffer>()
  for (const { data } of [...weights.values(), ...(optimizer?.values() ?? [])]) {
    // A view of a part is copied: the rest of its buffer is somebody else's.
    const { buffer } = data
    if (buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength) transfer.add(buffer)
  }
  const saved = stages && new Map([...stages].map(([id, chunks]) => [id, [...chunks]]))
  return {
    message: {
      ...content,
      snapshot: { step, weights, trainer, ...(optimizer ? { optimizer } : {}) },
      ...(saved ? { stages: saved } : {}),
    },
    transfer: [...transfer],
  }
}
