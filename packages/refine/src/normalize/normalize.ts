import type { Documents, Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Steps } from '../stage/steps.ts'
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
  const of = { whole: changes(settings, true), part: changes(settings, false) }
  const judge = (document: Document) => normalized(document, of, settings.whitespace === 'collapse')
  return refiner({ name: 'normalize', parallel: 'stateless', options, judge, follow: judge })
}

type Settings = Required<Pick<NormalizeOptions, 'mojibake' | 'form' | 'controls' | 'whitespace'>>

/** Characters of a text that takes steps. */
const long = 1 << 17

type Change = (text: string) => string

function* normalized(
  document: Document,
  of: { readonly whole: readonly Change[]; readonly part: readonly Change[] },
  collapse: boolean,
): Steps<Verdict> {
  const { bytes, start, end, part, last } = document
  const whole = part === 0 && last
  if (start < end && clean(bytes, start, end, collapse, whole)) return undefined
  const { text } = document
  if (text.length > long) yield
  let result = text
  for (const change of whole ? of.whole : of.part) {
    result = change(result)
    if (result.length > long) yield
  }
  if (result === '' && part === 0) return { drop: 'empty' }
  return result === text ? undefined : { text: result, changed: { normalized: 1 } }
}

/** What is done to a text, in this order. @param whole whether white space around it goes, too */
function changes(settings: Settings, whole: boolean): readonly Change[] {
  const { controls, mojibake, form, whitespace } = settings
  const kept = [
    controls && lineEnds,
    mojibake && repairMojibake,
    controls && withoutControls,
    form && ((text => text.normalize(form)) satisfies Change),
    whitespace !== 'keep' && plainSpaces,
    whitespace === 'collapse' && oneSpace,
    whitespace !== 'keep' && inkedLines,
    whitespace !== 'keep' && fewLineEnds,
    whitespace !== 'keep' && whole && trimmed,
  ]
  return kept.filter(change => change !== false)
}

const lineEnds: Change = text => text.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
/** All of \p{Cc} but line feed and tab, by their numbers: that takes V8 a quarter of the time. */
const withoutControls: Change = text =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  text.replace(/[\0-\b\v-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb\ufffe\uffff]/g, '')
const plainSpaces: Change = text => text.replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f]/g, ' ')
const oneSpace: Change = text => text.replace(/[ \t]{2,}|\t/g, ' ')
const inkedLines: Change = text => text.replace(/[ \t\u3000]+\n/g, '\n')
const fewLineEnds: Change = text => text.replace(/\n{3,}/g, '\n\n')
/** Leading spaces of the first line may be an indentation; empty lines before it are none. */
const trimmed: Change = text => {
  let end = text.length
  while (end > 0 && blank.has(text.charCodeAt(end - 1))) end--
  return text.slice(0, end).replace(/^\n+/, '')
}
const blank = new Set([...' \t\n\u3000'].map(character => character.charCodeAt(0)))

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
