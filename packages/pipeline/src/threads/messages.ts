import type { SentError } from './sent-error.ts'

/** What a thread is asked. */
export interface Asked {
  readonly id: number
  readonly ask: unknown
}

/** What a thread says. */
export type Said =
  /** It has begun, and may be asked. */
  | { readonly ready: true }
  /** It cannot begin, and would not another time. */
  | { readonly unfit: SentError }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: SentError }
  /** Something that nobody asked for. */
  | { readonly told: unknown }
