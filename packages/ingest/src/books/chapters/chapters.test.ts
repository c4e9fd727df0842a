import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chaptersOf } from './chapters.ts'
import { headingsOf } from './headings.ts'
import { numberOf } from './numbers.ts'

const prose = 'It was a long day, and nobody spoke of the harbour.\nThe sails hung down.\n\nLater it rained.\n'
const headings = (text: string) => chaptersOf(text).map(chapter => chapter.heading)
/** A book of these headings, each with a text under it. */
const bookOf = (...lines: string[]) => lines.map(line => `${line}\n\n${prose}\n\n`).join('')

describe('numbers', () => {
  test('in figures, in Roman ones and in words', () => {
    const one = ['1', 'I', 'i', 'one', 'ONE', 'first', 'First', '1st']
    for (const word of one) expect(numberOf(word), word).toBe(1)
    expect(['xiv', 'XIV', 'fourteen', 'fourteenth'].map(numberOf)).toEqual([14, 14, 14, 14])
    expect(['twenty-one', 'Twenty First', 'xxi', 'LXXXIX', 'ninety', 'CXXXV'].map(numberOf)).toEqual([
      21, 21, 21, 89, 90, 135,
    ])
  })

  test('and nothing else', () => {
    for (const word of ['', 'mix', 'vivid', 'house', 'twenty-eleven', 'one-two', 'iiiii', 'constructor']) {
      expect(numberOf(word), word).toBeUndefined()
    }
  })
})

describe('headings', () => {
  const forms = [
    'CHAPTER 1. Loomings.',
    'CHAPTER I',
    'CHAPTER I.',
    'CHAPTER I: THE HARBOUR',
    'CHAPTER I.--The Harbour',
    'CHAPTER I--In which we leave',
    'CHAPTER THE FIRST',
    'Chapter One',
    'Chapter 1',
    'Chapter 1 The Harbour',
    'Chapter I. The Harbour',
    'chapter one',
    '   CHAPTER I   ',
    '_CHAPTER I_',
    'CHAP. I.',
    'BOOK I',
    'BOOK THE FIRST',
    'THE FIRST BOOK',
    'First Part',
    'Part One: The Sea',
    'VOLUME I',
    'ACT I',
    'SCENE I. A room in the castle.',
    'LETTER 1',
    'STAVE ONE: MARLEY’S GHOST',
    'ADVENTURE I. A SCANDAL',
    'CANTO I',
    'ETYMOLOGY.',
    'EXTRACTS (Supplied by a Sub-Sub-Librarian).',
    'PREFACE',
    'Prologue',
    'EPILOGUE',
    'CHAPITRE PREMIER',
    'Kapitel 1',
    'CAPÍTULO I',
    'ГЛАВА 1',
    '第一章 序',
    '　　第十二回　夜航',
  ]
  test.each(forms)('%s', form => {
    expect(headingsOf(`before\n\n\n${form}\n\n${prose}`)).toHaveLength(1)
    expect(headingsOf(`before\r\n\r\n${form}`.replaceAll('\r', ''))).toHaveLength(1)
  })

  const sentences = [
    'Chapter 10 of the log says little.',
    'Chapter and verse were given.',
    'Part of the crew had left.',
    'Book I must, said he, a room at the inn,\nand so he did, without a word to anyone of\nus who stood there in the rain and waited for\nhim to come back.',
    'BOOK I. (Folio), CHAPTER I. (Sperm Whale).--This whale, among the\nEnglish of old is known, and so on for many lines of\ntext that are a paragraph and no heading at all,\nas anyone sees who reads them.',
    'Letter one was lost,',
    'The first part was easy.',
    'Preface to this there was none.',
    'Introduction of new sails took a week.',
    'I',
    '第一章说的是出海。',
  ]
  test.each(sentences)('not: %s', sentence => {
    expect(headingsOf(`before\n\n\n${sentence}\n\n${prose}`)).toEqual([])
  })

  test('not in the middle of a paragraph', () => {
    expect(headingsOf('He turned to\nCHAPTER I\nand read.\n')).toEqual([])
  })

  test('under a rule, or under another', () => {
    expect(headingsOf(`text\n-----\nCHAPTER I\n\n${prose}`)).toHaveLength(1)
    expect(headingsOf(`BOOK I\nCHAPTER I\n\n${prose}`)).toHaveLength(2)
  })

  test('a title over several lines is one label', () => {
    const title = 'CHAPTER 56. Of the Less Erroneous Pictures of Whales, and the True\nPictures of Whaling Scenes.'
    expect(headings(bookOf(title, 'CHAPTER 57. Brit.'))).toEqual([title.replace('\n', ' '), 'CHAPTER 57. Brit.'])
  })
})

describe('chapters', () => {
  test('joined are the book, whatever it is', () => {
    const lines = fc.constantFrom(
      'CHAPTER I',
      'CHAPTER II. Title',
      'BOOK I',
      'CONTENTS',
      'EPILOGUE',
      'I',
      'II',
      'III',
      '',
      '',
      'Some text.',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 60 }), all => {
        const text = all.join('\n')
        const chapters = chaptersOf(text)
        expect(chapters.map(chapter => chapter.text).join('')).toBe(text)
        if (text.trim() !== '') for (const chapter of chapters) expect(chapter.text.trim()).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  test('what is before the first is one without a heading', () => {
    expect(headings(`THE VOYAGE\n\nby Nobody\n\n\n${bookOf('CHAPTER I', 'CHAPTER II')}`)).toEqual([
      undefined,
      'CHAPTER I',
      'CHAPTER II',
    ])
    expect(headings(`\n\n${bookOf('CHAPTER I')}`)).toEqual(['CHAPTER I'])
  })

  test('a book without any is one', () => {
    expect(chaptersOf(prose)).toEqual([{ heading: undefined, text: prose }])
    expect(chaptersOf('')).toEqual([])
  })

  test('a book or part opens with its first chapter', () => {
    const text = `BOOK I\n\n\nCHAPTER I\n\n${prose}\n\nCHAPTER II\n\n${prose}\n\nBOOK II\n\nCHAPTER I\n\n${prose}`
    expect(headings(text)).toEqual(['BOOK I / CHAPTER I', 'CHAPTER II', 'BOOK II / CHAPTER I'])
    const deep = `VOLUME I\n\nBOOK I\n\nPART I\n\nCHAPTER I\n\n${prose}\n\nBOOK II\n\nPART I\n\nCHAPTER I\n\n${prose}`
    expect(headings(deep)).toEqual(['VOLUME I / BOOK I / PART I / CHAPTER I', 'BOOK II / PART I / CHAPTER I'])
  })

  test('a heading at the very end belongs to what is before it', () => {
    const text = `${bookOf('CHAPTER I', 'CHAPTER II')}EPILOGUE\n`
    expect(headings(text)).toEqual(['CHAPTER I', 'CHAPTER II'])
  })

  test('etymology, extracts and epilogue are their own', () => {
    expect(
      headings(bookOf('ETYMOLOGY.', 'EXTRACTS.', 'CHAPTER 1. Loomings.', 'CHAPTER 2. The Inn.', 'Epilogue')),
    ).toEqual(['ETYMOLOGY.', 'EXTRACTS.', 'CHAPTER 1. Loomings.', 'CHAPTER 2. The Inn.', 'Epilogue'])
  })
})

describe('a table of contents makes no chapters', () => {
  const names = ['ETYMOLOGY.', 'CHAPTER 1. Loomings.', 'CHAPTER 2. The Inn.', 'CHAPTER 3. The Sea.', 'Epilogue']

  test('with a blank line between its entries', () => {
    const text = `THE VOYAGE\n\nCONTENTS\n\n${names.join('\n\n')}\n\nA note on the text, of some length.\n\n\n${bookOf(...names)}`
    expect(headings(text)).toEqual([undefined, ...names])
  })

  test('with an entry a line, and with pages', () => {
    expect(headings(`THE VOYAGE\n\nCONTENTS\n\n${names.join('\n')}\n\n\n${bookOf(...names)}`)).toEqual([
      undefined,
      ...names,
    ])
    const pages = names.map((name, i) => `${name} . . . . . ${i * 20 + 1}`).join('\n')
    expect(headings(`THE VOYAGE\n\nCONTENTS\n\n${pages}\n\n\n${bookOf(...names)}`)).toEqual([undefined, ...names])
  })

  test('with a summary under each entry', () => {
    const numbers = ['CHAPTER I', 'CHAPTER II', 'CHAPTER III', 'CHAPTER IV']
    const contents = numbers.map(number => `${number}\n\nHow we left, and what came of it\n\n`).join('')
    expect(headings(`THE VOYAGE\n\n${contents}${bookOf(...numbers)}`)).toEqual([undefined, ...numbers])
  })

  test('of books with chapters', () => {
    const list = ['BOOK I', 'CHAPTER I', 'CHAPTER II', 'BOOK II', 'CHAPTER I', 'CHAPTER II', 'CHAPTER III']
    const book = `BOOK I\n\n${bookOf('CHAPTER I', 'CHAPTER II')}BOOK II\n\n${bookOf('CHAPTER I', 'CHAPTER II', 'CHAPTER III')}`
    expect(headings(`THE VOYAGE\n\nCONTENTS\n\n${list.join('\n\n')}\n\n\n${book}`)).toEqual([
      undefined,
      'BOOK I / CHAPTER I',
      'CHAPTER II',
      'BOOK II / CHAPTER I',
      'CHAPTER II',
      'CHAPTER III',
    ])
  })

  test('and short chapters are no table', () => {
    const short = ['CHAPTER I', 'CHAPTER II', 'CHAPTER III', 'CHAPTER IV'].map(name => `${name}\n\nShort.\n\n`).join('')
    expect(headings(short)).toEqual(['CHAPTER I', 'CHAPTER II', 'CHAPTER III', 'CHAPTER IV'])
  })
})

describe('numbers alone', () => {
  test('are chapters when they are a series', () => {
    expect(headings(`THE VOYAGE\n\n\n${bookOf('I', 'II', 'III', 'IV')}`)).toEqual([undefined, 'I', 'II', 'III', 'IV'])
    expect(headings(bookOf('1.', '2.', '3.'))).toEqual(['1.', '2.', '3.'])
    expect(headings(bookOf('I. A SCANDAL', 'II. THE LEAGUE', 'III. A CASE'))).toEqual([
      'I. A SCANDAL',
      'II. THE LEAGUE',
      'III. A CASE',
    ])
  })

  test('and nothing when they are not', () => {
    expect(headings(bookOf('1851', '7', '12'))).toEqual([undefined])
    expect(headings(`${prose}\n\nI\n\n${prose}`)).toEqual([undefined])
  })

  test('have tables of contents too', () => {
    const text = `THE VOYAGE\n\nI\n\nII\n\nIII\n\nIV\n\n\n${bookOf('I', 'II', 'III', 'IV')}`
    expect(headings(text)).toEqual([undefined, 'I', 'II', 'III', 'IV'])
  })

  test('are sections within titled ones', () => {
    const text = bookOf('I. A SCANDAL', 'I', 'II', 'III', 'II. THE LEAGUE', 'III. A CASE')
    expect(headings(text)).toEqual(['I. A SCANDAL', 'II. THE LEAGUE', 'III. A CASE'])
  })
})
