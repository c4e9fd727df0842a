import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../json/shape.ts'
import { loadVocabMerges } from '../json/vocab-merges.ts'
import { Ids } from '../tables/ids.ts'
import { gpt2Files } from '../testing/golden.ts'
import { type BpeCutName, bpeCutNames, bpeCuts } from './cuts.ts'
import { bpeEncoder } from './encoder.ts'
import { mergeWord } from './merge.ts'
import { readBpe } from './read.ts'

const { vocab, merges } = gpt2Files()

const model = (cut: BpeCutName) => {
  const tokenizer = loadVocabMerges(vocab, merges, { cut })
  return readBpe(tokenizer.toJSON() as JsonObject, tokenizer.special ?? new Map())
}

const pieces = [
  ...[
    'the',
    'whale',
    ' sea',
    ' ',
    '  ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    "'",
    "'s",
    "'LL",
    "n't",
    '’',
    '“',
    '—',
    '.',
    ',',
    '--',
    '_',
  ],
  ...[
    '1',
    '2026',
    ' 12',
    '½',
    'é',
    'e\u0301',
    'ſ',
    '字',
    '\u00a0',
    '\u3000',
    '😀',
    'A',
    'Zz',
    '@',
    '[',
    '`',
    '{',
    '\x7f',
  ],
  ...['abcdefg', 'abcdefgh', 'abcdefghijklmno', 'abcdefghijklmnop', 'x'.repeat(70), '!'.repeat(9), '\0'.repeat(3)],
]

describe.each(bpeCutNames)('%s: the fast scan', cut => {
  const read = model(cut)
  const encode = bpeEncoder(read)

  test('encodes as each word for itself, whatever stands around the text', () => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map(parts => Buffer.from(parts.join('')))
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 40 })), fc.nat(8), fc.nat(24), (text, before, after) => {
        // Letters on both sides: the last word would go on.
        const bytes = new Uint8Array(before + text.length + after).fill(0x61)
        bytes.set(text, before)
        const end = before + text.length
        const wanted = new Ids()
        for (let at = before; at < end; ) {
          const stop = bpeCuts[cut].end(bytes, at, end)
          mergeWord(read, bytes, at, stop, wanted)
          at = stop
        }
        const found = new Ids(1)
        encode(bytes, before, end, found)
        expect(found.toArray()).toEqual(wanted.toArray())
      }),
      { numRuns: 3000 },
    )
  })
})
