import type { Documents, Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Verdict } from '../stage/verdict.ts'
import { repairMojibake } from './mojibake.ts'

export interface NormalizeOptions extends RefinerOptions {
  /** Repair UTF-8 that was read as Windows-1252 ("â€™"). Default true. */
  readonly mojibake?: boolean
  /** Unicode normalization form. Default NFC. */
  readonly form?: 'NFC' | 'NFKC' | false
  /** Control characters, byte order marks and noncharacters go; line ends become LF. Default true. */
  readonly controls?: boolean
  /**
   * `lines`: white space at line ends and around the text goes, unusual spaces become plain ones, three line ends in a row or more become two.
   * `collapse`: also several spaces become one. `keep`: nothing. Default `lines`.
   */
  readonly whitespace?: 'lines' | 'collapse' | 'keep'
}

/** Repairs text. A document of which nothing is left is dropped. Parts of a long one are repaired one by one. */
export function normalize(options: NormalizeOptions = {}): Stage<Documents, Documents> {
  const settings: Settings = { mojibake: true, form: 'NFC', controls: true, whitespace: 'lines', ...options }
  return refiner({
    name: 'normalize',
    parallel: 'stateless',
    options,
    judge: document => normalized(document, settings),
    follow: document => normalized(document, settings),
  })
}

type Settings = Required<Pick<NormalizeOptions, 'mojibake' | 'form' | 'controls' | 'whitespace'>>

function normalized(document: Document, settings: Settings): Verdict {
  const { bytes, start, end, part, last } = document
  const whole = part === 0 && last
  if (start < end && clean(bytes, start, end, settings.whitespace === 'collapse', whole)) return undefined
  const text = normalizeText(document.text, { ...settings, whole })
  if (text === '' && part === 0) return { drop: 'empty' }
  return text === document.text ? undefined : { text, changed: { normalized: 1 } }
}

/** @param options.whole whether white space around it goes, too */
export function normalizeText(text: string, options: Settings & { readonly whole?: boolean }): string {
  let result = text
  if (options.controls) result = result.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
  if (options.mojibake) result = repairMojibake(result)
  if (options.controls) result = result.replace(/(?![\n\t])[\p{Cc}\ufeff\ufff9-\ufffb\ufffe\uffff]/gu, '')
  if (options.form) result = result.normalize(options.form)
  if (options.whitespace === 'keep') return result
  result = result.replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f]/g, ' ')
  if (options.whitespace === 'collapse') result = result.replace(/[ \t]{2,}|\t/g, ' ')
  result = result.replace(/[ \t\u3000]+\n/g, '\n').replace(/\n{3,}/g, '\n\n')
  // Leading spaces of the first line may be an indentation; empty lines before it are none.
  return options.whole === false ? result : result.replace(/^\n+/, '').replace(/[ \t\u3000\n]+$/, '')
}

/** Whether nothing would change: plain ASCII without white space out of place. The common case, told without making a string. */
function clean(bytes: Uint8Array, start: number, end: number, collapse: boolean, whole: boolean): boolean {
  let before = whole ? 0x0a : 0
  let feeds = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte > 0x7e) return false
    if (byte > 0x20) feeds = 0
    else if (byte === 0x0a) {
      if (before === 0x20 || before === 0x09 || ++feeds > 2 || (whole && i === start)) return false
    } else if (byte === 0x20 || byte === 0x09) {
      if (collapse && (byte === 0x09 || before === 0x20)) return false
      feeds = 0
    } else return false
    before = byte
  }
  return !whole || before > 0x20
}
