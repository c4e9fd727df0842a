import type { Steps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'
import type { Scan } from '../text/scan.ts'

/** A text with what one pass over it found. */
export interface Scanned {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly scan: Scan
  readonly lang: string | undefined
}

/** A set of rules as one function: why a text goes, or what of it stays; undefined where all of it does. Long texts take steps. */
export type Rules = (text: Scanned) => Verdict | Steps<Verdict>

/** A threshold, or `false` for a rule that is switched off. */
export type Limit = number | false

/** What holds for documents in scripts without spaces, where a rule's published number counts words or letters of English. */
export type PerScript = { readonly spaced: number; readonly unspaced: number }
