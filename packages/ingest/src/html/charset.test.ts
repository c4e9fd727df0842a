import fc from 'fast-check'
import { expect, test } from 'vitest'
import { peekReader } from '../bytes/peek.ts'
import { bytesReader } from '../testing/readers.ts'
import { decodeLabelled, encodingOf, labelledText } from './charset.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const meta = '<html><head><meta charset="windows-1251"></head>'

test.each<[string, Uint8Array, string | undefined, string]>([
  ['a mark of UTF-8', Buffer.from('\ufeffé'), 'iso-8859-1', 'utf-8'],
  ['a mark of UTF-16', Buffer.from('\ufeffé', 'utf16le'), 'utf-8', 'utf-16le'],
  ['UTF-16 without a mark', Buffer.from('<p>é', 'utf16le'), undefined, 'utf-16le'],
  ['valid UTF-8 that calls itself otherwise', Buffer.from('caf\u00e9'), 'iso-8859-1', 'utf-8'],
  ['the transport before the page', latin(`${meta}\xea`), 'koi8-r', 'koi8-r'],
  ['the page', latin(`${meta}\xea\xe8\xf2`), undefined, 'windows-1251'],
  ['http-equiv', latin('<meta http-equiv="Content-Type" content="text/html; charset=gbk">\xb0\xd7'), undefined, 'gbk'],
  ['XML', latin('<?xml version="1.0" encoding=\'iso-8859-5\'?>\xba'), undefined, 'iso-8859-5'],
  [
    'UTF-8 by its own word and not by its bytes',
    latin('<meta charset=utf-8>caf\xe9 frapp\xe9'),
    'utf-8',
    'windows-1252',
  ],
  ['UTF-16 by its own word and not by its bytes', latin('<meta charset=utf-16>caf\xe9'), undefined, 'windows-1252'],
  ['a label that nobody knows', latin('caf\xe9'), 'x-what', 'windows-1252'],
  ['nothing but ASCII', latin('cafe'), undefined, 'utf-8'],
  ['ASCII that stands for Japanese', Buffer.from('\x1b$BGr$$7_\x1b(B'), 'iso-2022-jp', 'iso-2022-jp'],
])('%s', (_, bytes, told, encoding) => {
  expect(encodingOf(bytes, told)).toBe(encoding)
})

test('bit by bit it is the same text', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', 'é', '一', '🐋', '<p>'), maxLength: 200 }),
      fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1'),
      fc.integer({ min: 1, max: 9 }),
      async (text, encoding, step) => {
        const bytes = Buffer.from((encoding === 'utf16le' ? '\ufeff' : '') + text, encoding)
        let made = ''
        for await (const part of labelledText(peekReader(bytesReader(bytes, step)))) made += part
        expect(made).toBe(decodeLabelled(bytes))
        if (encoding !== 'latin1') expect(made).toBe(text)
      },
    ),
    { numRuns: 100 },
  )
})
