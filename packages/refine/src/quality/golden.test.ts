import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isSteps } from '../stage/steps.ts'
import type { Verdict } from '../stage/verdict.ts'
import { finish } from '../testing/finish.ts'
import { Scan } from '../text/scan.ts'
import { c4 } from './c4.ts'
import { fineweb } from './fineweb.ts'
import { gopher } from './gopher.ts'
import { repetition } from './repetition.ts'
import type { Rules } from './rule.ts'

/** What datatrove says of a text: null: nothing; a reason to drop it; or the text that it leaves. */
type Said = null | string | { readonly text: string }
interface Case {
  readonly name: string
  readonly text: string
  readonly gopher: Said
  readonly repetition: Said
  readonly c4: Said
  readonly fineweb: Said
}

// Made by golden/quality.py.
const cases = JSON.parse(readFileSync(new URL('../../golden/quality.json', import.meta.url), 'utf8')) as Case[]

/** Our names for datatrove's reasons. */
const reasons: Readonly<Record<string, string>> = {
  gopher_short_doc: 'gopher: too few words',
  gopher_long_doc: 'gopher: too many words',
  gopher_below_avg_threshold: 'gopher: words too short',
  gopher_above_avg_threshold: 'gopher: words too long',
  gopher_too_many_hashes: 'gopher: too many hash signs',
  gopher_too_many_ellipsis: 'gopher: too many ellipses',
  gopher_too_many_bullets: 'gopher: too many bullet lines',
  gopher_too_many_end_ellipsis: 'gopher: too many lines end with an ellipsis',
  gopher_below_alpha_threshold: 'gopher: too few words with a letter',
  gopher_enough_stop_words: 'gopher: too few stop words',
  dup_para_frac: 'repetition: paragraphs',
  dup_para_char_frac: 'repetition: characters in paragraphs',
  dup_line_frac: 'repetition: lines',
  dup_line_char_frac: 'repetition: characters in lines',
  lorem_ipsum: 'c4: lorem ipsum',
  too_few_sentences: 'c4: too few sentences',
  curly_bracket: 'c4: curly bracket',
  line_punct_ratio: 'fineweb: too few lines end a sentence',
  short_line_ratio: 'fineweb: too many short lines',
  char_dup_ratio: 'fineweb: repeated lines',
  list_ratio: 'fineweb: too many line ends',
  ...Object.fromEntries([2, 3, 4].map(n => [`top_${n}_gram`, `repetition: most frequent ${n} words`])),
  ...Object.fromEntries([5, 6, 7, 8, 9, 10].map(n => [`duplicated_${n}_n_grams`, `repetition: runs of ${n} words`])),
}

function said(rules: Rules, text: string): Said {
  const bytes = Buffer.from(text)
  const scan = new Scan()
  const steps = scan.scan(bytes, 0, bytes.length)
  if (steps) finish(steps)
  const told = rules({ bytes, start: 0, end: bytes.length, scan, lang: 'en' })
  const verdict = isSteps<Verdict>(told) ? finish(told) : told
  if (!verdict) return null
  if ('drop' in verdict) return verdict.drop
  const left = Buffer.from(verdict.text ?? bytes).toString()
  return left === text ? null : { text: left }
}

describe.each([
  ['gopher', gopher()],
  ['repetition', repetition()],
  ['c4', c4()],
  ['fineweb', fineweb()],
] as const)('%s', (name, rules) => {
  test.each(cases.map((each, i) => [i, each.name, each] as const))('%i: %s', (_, __, each) => {
    const expected = each[name]
    expect(said(rules, each.text)).toEqual(typeof expected === 'string' ? (reasons[expected] ?? expected) : expected)
  })

  test('the texts are on both sides of it', () => {
    expect(cases.some(each => each[name] === null)).toBe(true)
    expect(new Set(cases.map(each => each[name]).filter(each => typeof each === 'string')).size).toBeGreaterThan(1)
  })
})
