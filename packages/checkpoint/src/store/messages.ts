import { ConfigError, DataError, type Fault, SluiceError, StateError, StorageError } from '@sluice/pipeline'
import type { CheckpointContent, Written } from './write.ts'

/** What is sent to the thread that writes. */
export interface ContentMessage {
  readonly dir: string
  readonly content: CheckpointContent
  readonly keep: number
  readonly early: readonly number[]
  readonly best: number | undefined
}

export type WriterReply = { readonly written: Written } | { readonly error: SentError }

export interface SentError extends Pick<Fault, 'stage' | 'file' | 'place' | 'advice'> {
  readonly name: string
  readonly message: string
  readonly stack?: string
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

const classes = { ConfigError, DataError, StateError, StorageError, SluiceError }

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const { stage, file, place, advice } = error as Partial<SluiceError>
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(stage === undefined ? {} : { stage }),
    ...(file === undefined ? {} : { file }),
    ...(place === undefined ? {} : { place }),
    ...(advice === undefined ? {} : { advice }),
  }
}

/** The error as it was thrown there, of the same class. */
export function rebuiltError({ name, message, stack, ...fault }: SentError): Error {
  const Class = classes[name as keyof typeof classes]
  const error = Class ? new Class(message, fault) : new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
