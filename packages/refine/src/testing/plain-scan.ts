import { breaks, classOf, extend, inWord, letter, number, space, terminal, unspaced } from '../text/classes.ts'
import { bracket, bullet, curly, ellipsis, terminated } from '../text/lines.ts'
import { javascript, loremIpsum, policy } from '../text/phrases.ts'

/** A word and its kind: one with a letter, one without, or a symbol. */
export type PlainWord = readonly [word: string, kind: 'alphabetic' | 'other' | 'symbolic']

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const policies = ['cookie policy', 'uses cookies', 'use of cookies', 'use cookies', 'terms of use', 'privacy policy']
const joints: Readonly<Record<string, number>> = {
  "'": letter | number,
  '.': letter | number,
  '’': letter | number,
  ',': number,
}

/** What `Scan` finds, as it is defined: character by character, and string by string. */
export function plainScan(text: string) {
  const chars = [...text]
  const bits = chars.map(char => classOf(char.codePointAt(0)!))
  const words: PlainWord[] = []
  for (let i = 0; i < chars.length; ) {
    let end = i + 1
    if ((bits[i]! & unspaced) !== 0) {
      while ((bits[end]! & (unspaced | extend)) !== 0 && chars[end] !== '_') end++
      for (const { segment, isWordLike } of segmenter.segment(chars.slice(i, end).join(''))) {
        words.push([segment, isWordLike ? 'alphabetic' : 'symbolic'])
      }
    } else if ((bits[i]! & (letter | number)) !== 0) {
      const goesOn = () => (bits[end]! & inWord) !== 0 && (bits[end]! & unspaced) === 0
      const joined = () =>
        ((joints[chars[end]!] ?? 0) & bits[end - 1]! & bits[end + 1]!) !== 0 && (bits[end + 1]! & unspaced) === 0
      while (goesOn() || joined()) end++
      const lettered = bits.slice(i, end).some(each => (each & letter) !== 0)
      words.push([chars.slice(i, end).join(''), lettered ? 'alphabetic' : 'other'])
    } else if ((bits[i]! & space) === 0) {
      while (chars[end] === chars[i]) end++
      words.push([chars.slice(i, end).join(''), 'symbolic'])
    }
    i = end
  }
  return { words, lines: linesOf(chars, bits) }
}

function linesOf(chars: readonly string[], bits: readonly number[]) {
  const lines: { text: string; ink: string; words: number; marks: number }[] = []
  for (let i = 0; i < chars.length; ) {
    let end = i
    while (end < chars.length && (bits[end]! & breaks) === 0) end++
    const text = chars.slice(i, end).join('')
    const runs = chars.slice(i, end).map((char, at) => ((bits[i + at]! & space) !== 0 ? ' ' : char))
    const ink = runs.join('').trim()
    const endsSentence = end > i && (bits[end - 1]! & terminal) !== 0
    lines.push({ text, ink, words: ink.split(/ +/).filter(Boolean).length, marks: marksOf(text, ink, endsSentence) })
    i = end + (chars[end] === '\r' && chars[end + 1] === '\n' ? 2 : 1)
  }
  return lines
}

function marksOf(text: string, ink: string, endsSentence: boolean): number {
  const lower = text.replace(/[A-Z]/g, char => char.toLowerCase())
  return [
    /^[-•]/.test(ink) ? bullet : 0,
    /(\.\.\.|…)$/.test(ink) ? ellipsis : 0,
    endsSentence ? terminated : 0,
    text.includes('{') ? curly : 0,
    text.includes('[') ? bracket : 0,
    lower.includes('javascript') ? javascript : 0,
    lower.includes('lorem ipsum') ? loremIpsum : 0,
    policies.some(phrase => lower.includes(phrase)) ? policy : 0,
  ].reduce((all, mark) => all | mark)
}
