import { describe, expect, test } from 'vitest'
import { afterCredits } from './credits.ts'
import { footerOf } from './end.ts'
import { headerOf } from './header.ts'
import { languageCode } from './languages.ts'
import { afterHeader } from './start.ts'
import { bookStretches } from './stretches.ts'

const body = 'THE VOYAGE\n\nWe left the harbour at dawn.\n\nNobody waved.\n'

/** The books of a file that comes in one piece. */
const booksOf = (file: string) => bookStretches()(file).map(stretch => stretch.text)

describe('the beginning', () => {
  const starts = [
    '*** START OF THE PROJECT GUTENBERG EBOOK THE VOYAGE ***',
    '*** START OF THIS PROJECT GUTENBERG EBOOK THE VOYAGE ***',
    '***START OF THE PROJECT GUTENBERG EBOOK THE VOYAGE***',
    '*** START OF THE PROJECT GUTENBERG EBOOK, THE VOYAGE ***',
    '*** START OF PROJECT GUTENBERG EBOOK THE VOYAGE ***',
    '*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK, THE VOYAGE ***',
    '*** START OF THE PROJECT GUTENBERG EBOOK THE VOYAGE: BEING A TRUE RELATION\nOF ALL THAT BEFELL ***',
    '  *** Start of the Project Gutenberg EBook The Voyage ***  ',
    '*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*',
    '*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*',
    '*END* THE SMALL PRINT! FOR COMPLETE SHAKESPEARE*END*',
  ]
  test.each(starts)('%s', start => {
    expect(booksOf(`Something before\n\n${start}\n\n\n${body}`)).toEqual([body])
  })

  test('small print and stars: the later one', () => {
    const header = `*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nTerms\n\n*END*THE SMALL PRINT! *END*\n`
    expect(booksOf(`${header}\n${body}`)).toEqual([body])
  })

  test('a title that runs on but never closes is one line', () => {
    expect(booksOf(`*** START OF THE PROJECT GUTENBERG EBOOK THE VOYAGE\n\n${body}`)).toEqual([body])
  })

  test('further in than a header can be, it is text', () => {
    const file = `${'It was long. '.repeat(6000)}\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n${body}`
    expect(afterHeader(file)).toBeUndefined()
    expect(booksOf(file)).toEqual([file])
  })
})

describe('credits', () => {
  const credits = [
    'Produced by A. N. Volunteer and the Online Distributed\nProofreading Team at https://www.pgdp.net',
    'E-text prepared by A. N. Volunteer',
    'This etext was prepared by A. N. Volunteer, somewhere@example.org',
    'This eBook was produced by A. N. Volunteer.',
    'Etext scanned by A. N. Volunteer',
    'Transcribed from the 1902 edition by A. N. Volunteer',
    'HTML version by A. N. Volunteer',
  ]
  test.each(credits)('%s', credit => {
    expect(booksOf(`*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n\n${credit}\n\n\n\n${body}`)).toEqual([body])
  })

  test('several of them', () => {
    const all = credits.slice(0, 3).join('\n\n')
    expect(booksOf(`*** START OF THE PROJECT GUTENBERG EBOOK X ***\n${all}\n\n${body}`)).toEqual([body])
  })

  test("a transcriber's note is about the text and stays", () => {
    const noted = `Transcriber's Note: spelling is as it was.\n\n${body}`
    expect(booksOf(`*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n${noted}`)).toEqual([noted])
  })

  test('without a header nothing is a credit', () => {
    const file = `Produced by nature, the island lay there.\n\n${body}`
    expect(booksOf(file)).toEqual([file])
  })

  test('a long paragraph is the book', () => {
    const text = `Produced by nature\n${'and by nothing else\n'.repeat(20)}\n`
    expect(afterCredits(text, 0)).toBe(0)
  })
})

describe('the end', () => {
  const ends = [
    '*** END OF THE PROJECT GUTENBERG EBOOK THE VOYAGE ***',
    '*** END OF THIS PROJECT GUTENBERG EBOOK THE VOYAGE ***',
    '***END OF THE PROJECT GUTENBERG EBOOK THE VOYAGE***',
    'End of Project Gutenberg’s The Voyage, by Nobody',
    "End of Project Gutenberg's The Voyage, by Nobody",
    'End of the Project Gutenberg EBook of The Voyage, by Nobody',
    'End of this Project Gutenberg Etext of The Voyage',
    'End of The Project Gutenberg Etext of The Voyage',
    '*** END OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK ***',
    '**End of Project Gutenberg Etext of The Voyage**',
    'Ende dieses Project Gutenberg Etextes',
    'Fin de Project Gutenberg Etext',
  ]
  test.each(ends)('%s', end => {
    expect(booksOf(`${body}\n\n\n\n${end}\n\nTerms of use follow.\n`)[0]!.trimEnd()).toBe(body.trimEnd())
  })

  test('is not where the text speaks of it', () => {
    const text = 'He knew of Project Gutenberg.\nThis was the end of Project Gutenberg, he said.\n'
    expect(footerOf(text, 0)).toBeUndefined()
    expect(footerOf(`${text}*** START: FULL LICENSE ***\nTHE FULL PROJECT GUTENBERG LICENSE\n`, 0)).toBeUndefined()
  })
})

describe('files', () => {
  test('of several books', () => {
    const book = (name: string) =>
      `Title: ${name}\n\n*** START OF THE PROJECT GUTENBERG EBOOK ***\n\n${name} text\n\n*** END OF THE PROJECT GUTENBERG EBOOK ***\nLicense\n\n`
    const stretches = bookStretches()(book('A') + book('B'))
    expect(stretches.map(stretch => [stretch.header?.title, stretch.text.trim(), stretch.ends])).toEqual([
      ['A', 'A text', true],
      ['B', 'B text', true],
    ])
  })

  test('that come in pieces', () => {
    const take = bookStretches()
    expect(take('Title: A\n\n*** START OF THE PROJECT GUTENBERG EBOOK ***\n\none\n')).toEqual([
      { text: 'one\n', header: { title: 'A' }, ends: false },
    ])
    expect(take('two\n')).toEqual([{ text: 'two\n', ends: false }])
    expect(take('three\n*** END OF THE PROJECT GUTENBERG EBOOK ***\nlicense\n')).toEqual([
      { text: 'three\n', ends: true },
    ])
    expect(take('more license, THE SMALL PRINT\n*END*THE SMALL PRINT\n')).toEqual([])
  })
})

describe('what a header tells', () => {
  test('in its lines', () => {
    const header = [
      'The Project Gutenberg eBook of The Voyage',
      '',
      'Title: The Voyage',
      '       or, How we left',
      '',
      'Author: A. Nobody',
      'Translator: B. Somebody',
      'Release Date: June 25, 2008 [EBook #1234]',
      'Language: German',
    ].join('\n')
    expect(headerOf(header)).toEqual({
      title: 'The Voyage or, How we left',
      author: 'A. Nobody',
      translator: 'B. Somebody',
      language: 'German',
      lang: 'de',
      ebook: 1234,
    })
  })

  test('in its first line', () => {
    const first = (line: string) => headerOf(`${line}\n\nTerms\n`)
    expect(first("Project Gutenberg's The Voyage, by A. Nobody")).toEqual({ title: 'The Voyage', author: 'A. Nobody' })
    expect(first('The Project Gutenberg EBook of The Voyage, by A. Nobody')).toMatchObject({ author: 'A. Nobody' })
    expect(first('**The Project Gutenberg Etext of The Voyage, by A. Nobody**')).toMatchObject({ title: 'The Voyage' })
    expect(first('A story')).toEqual({})
  })

  test('of its language', () => {
    expect(languageCode('English')).toBe('en')
    expect(languageCode('Chinese (traditional)')).toBe('zh')
    expect(languageCode('Klingon')).toBeUndefined()
    expect(languageCode('constructor')).toBeUndefined()
  })
})
