import type { Documents, Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import { isSteps, type Steps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'
import { Scan } from '../text/scan.ts'
import { type C4Options, c4 } from './c4.ts'
import { type FineWebOptions, fineweb } from './fineweb.ts'
import { type GopherOptions, gopher } from './gopher.ts'
import { type RepetitionOptions, repetition } from './repetition.ts'
import type { Rules } from './rule.ts'

export interface QualityOptions extends RefinerOptions {
  /** Which sets of rules, in this order; each judges what the one before has left. Default all four, in the order of FineWeb. */
  readonly rules?: readonly ('repetition' | 'gopher' | 'c4' | 'fineweb')[]
  readonly repetition?: RepetitionOptions
  readonly gopher?: GopherOptions
  readonly c4?: C4Options
  readonly fineweb?: FineWebOptions
}

/**
 * Drops documents, and lines of documents, by published rules. A document that travels as parts is judged by its first part, which
 * is 1 MiB of text; of the others C4 takes lines only.
 */
export function quality(options: QualityOptions = {}): Stage<Documents, Documents> {
  const { rules = ['repetition', 'gopher', 'c4', 'fineweb'] } = options
  const sets = rules.map((name): Rules => {
    if (name === 'gopher') return gopher(options.gopher)
    if (name === 'c4') return c4(options.c4)
    if (name === 'fineweb') return fineweb(options.fineweb)
    return repetition(options.repetition)
  })
  const lines = rules.includes('c4') ? [c4({ ...options.c4, minSentences: false })] : []
  const scan = new Scan()
  // Only these rules look at words one by one.
  const listing = rules.includes('repetition')
  return refiner({
    name: 'quality',
    parallel: 'stateless',
    options,
    judge: document => judged(document, scan, { sets, listing }),
    follow: document => judged(document, scan, { sets: lines, listing: false }),
  })
}

function* judged(
  document: Document,
  scan: Scan,
  { sets, listing }: { sets: readonly Rules[]; listing: boolean },
): Steps<Verdict> {
  let { bytes, start, end } = document
  let text: Uint8Array | undefined
  let changed: Record<string, number> | undefined
  let scanned = false
  for (const rules of sets) {
    const scanning = scanned ? undefined : listing ? scan.scan(bytes, start, end) : scan.count(bytes, start, end)
    if (scanning) yield* scanning
    scanned = true
    const told = rules({ bytes, start, end, scan, lang: document.lang })
    const verdict = isSteps<Verdict>(told) ? yield* told : told
    if (!verdict) continue
    if ('drop' in verdict) return verdict
    changed = { ...changed, ...verdict.changed }
    if (verdict.text === undefined) continue
    text = typeof verdict.text === 'string' ? Buffer.from(verdict.text) : verdict.text
    bytes = text
    start = 0
    end = text.length
    scanned = false
  }
  return text ? { text, changed: changed ?? {} } : undefined
}
