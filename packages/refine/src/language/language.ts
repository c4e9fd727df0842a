import { ConfigError, type Documents, type Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Verdict } from '../stage/verdict.ts'
import { type Identify, loadIdentifier } from './identify.ts'

export interface LanguageOptions extends RefinerOptions {
  /** Languages to keep, by their ISO 639-1 codes; the rest is dropped as `language: fr`. Default: all. */
  readonly keep?: readonly string[]
  /**
   * Least score, 0 to 1, at which a language is believed: clear prose has 0.6 to 0.9, code and lists less. What is below is of no
   * known language: with `keep` it is dropped as `language: unknown`, else it stays as its source has labelled it. Default 0.5.
   */
  readonly min?: number
}

/**
 * Tells the language of each document from the first 1,000 characters of its text, and writes it into the `lang` column, over what the
 * source may have said. One that travels as parts is told by its first.
 *
 * @throws ConfigError for codes that are no language it knows
 */
export function language(options: LanguageOptions = {}): Stage<Documents, Documents> {
  const { id = 'language', keep, min = 0.5 } = options
  if (keep?.length === 0) throw new ConfigError('keep names no language: every document would go', { stage: id })
  if (!(min >= 0 && min <= 1)) throw new ConfigError(`min must be from 0 to 1, found ${min}`, { stage: id })
  const kept = keep && new Set(keep)
  let identify: Identify | undefined
  return refiner({
    name: 'language',
    parallel: 'stateless',
    options,
    async open() {
      const identifier = await loadIdentifier()
      const unknown = keep?.filter(code => !identifier.languages.has(code)) ?? []
      if (unknown.length > 0) {
        throw new ConfigError(`"${unknown.join('", "')}" cannot be told`, {
          stage: id,
          place: 'keep',
          advice: `these can: ${[...identifier.languages].sort().join(', ')}`,
        })
      }
      identify = identifier.identify
    },
    judge: document => verdict(identify!(beginning(document)), { min, kept }),
  })
}

function verdict(
  found: { language: string; score: number } | undefined,
  { min, kept }: { min: number; kept: ReadonlySet<string> | undefined },
): Verdict {
  const lang = found && found.score >= min ? found.language : undefined
  if (kept && (lang === undefined || !kept.has(lang))) return { drop: `language: ${lang ?? 'unknown'}` }
  return lang === undefined ? undefined : { lang }
}

/** As much of the text as is looked at: 1,000 characters are at most 4,000 bytes, and a long document need not be decoded. */
function beginning({ bytes, start, end }: Document): string {
  let to = Math.min(end, start + 4000)
  // Not within a character.
  while (to < end && to > start && (bytes[to]! & 0xc0) === 0x80) to--
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', start, to)
}
