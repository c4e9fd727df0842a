import type { Document } from './document.ts'
import type { Steps } from './steps.ts'

/** What becomes of a document: it stays as it is (undefined), is dropped for a reason, or goes on changed. */
export type Verdict = Drop | Change | undefined

export interface Drop {
  /** Short, and one of a few: reasons are counted. */
  readonly drop: string
}

export interface Change {
  /** The text from now on. Default: as it is. */
  readonly text?: string | Uint8Array
  /** The language from now on. Default: as it is. */
  readonly lang?: string
  /** What was done, and how often, by short names: counted. */
  readonly changed?: Readonly<Record<string, number>>
}

/** Judges one document, or one part of a long one: at once, or in steps where that may take longer than a turn of the event loop should. */
export type Judge = (document: Document) => Verdict | Steps<Verdict>
