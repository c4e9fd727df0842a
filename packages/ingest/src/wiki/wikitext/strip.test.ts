import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkPrefixes } from './links.ts'
import { room, type StripOptions, WikitextStripper } from './strip.ts'

const options: StripOptions = {
  tables: 'drop',
  captions: false,
  headings: true,
  prefixes: linkPrefixes(new Map([[6, 'Picture']])),
}

function stripper(changed: Partial<StripOptions> = {}) {
  const strip = new WikitextStripper({ ...options, ...changed })
  return (text: string) => {
    const bytes = Buffer.from(text)
    const source = new Uint8Array(bytes.length + room).fill(0x7b)
    source.set(bytes)
    const { bytes: plain, disambiguation } = strip.strip(source, bytes.length)
    return { text: Buffer.from(plain).toString(), disambiguation }
  }
}
const strip = stripper()
const plain = (text: string): string => strip(text).text

test.each<[what: string, wikitext: string, text: string]>([
  ['nothing', '', ''],
  ['plain text', 'The white whale.', 'The white whale.'],
  ['bold and italics', "'''Bold''', ''italic'', '''''both''''' and one's own", "Bold, italic, both and one's own"],
  ['an apostrophe before italics', "l'''amour'' toujours", "l'amour toujours"],
  ['an apostrophe after a word', "The dogs'''bone'' and '''more'''", "The dogs'bone and more"],
  ['six apostrophes', "''''''x''''''", "'x'"],
  ['a link', 'a [[whale]]s [[Sperm whale|cachalot]]', 'a whales cachalot'],
  ['a link with pipes in its label', '[[a|b|c]]', 'b|c'],
  ['the pipe trick', '[[Mercury (planet)|]]', 'Mercury'],
  ['links within links', '[[a|b [[c|d]] e]]', 'b d e'],
  ['pictures and categories', 'x[[File:A.jpg|thumb|A [[whale]] {{b}}]]y[[Category:Whales|*]]z', 'xyz'],
  ["pictures by the wiki's own name", 'x[[picture:A.jpg|thumb|c]]y', 'xy'],
  ['links to a category or a file', '[[:Category:Whales]] [[:File:A.jpg|this]]', 'Category:Whales this'],
  ['links between languages', '[[fr:Baleine]][[zh-min-nan:X]]a', 'a'],
  ['links to sister wikis', '[[wikt:whale|word]]', 'word'],
  ['external links', '[http://a.example/x_y the ship] [https://a.example] [//a.example b]', 'the ship b'],
  ['an address alone', 'see http://a.example/__x', 'see http://a.example/__x'],
  ['brackets', 'a[1] [x] [[', 'a[1] [x] [['],
  ['an external link that does not end', '[http://a.example b\nc]', 'b\nc]'],
  ['templates', 'a {{cite|b={{c|[[d]]}}}} e{{x}}.', 'a e.'],
  ['templates that are text', '{{lang|fr|baleine}} {{nowrap|5 km}} {{lang-ru|кит}}', 'baleine 5 km кит'],
  ['measures', '{{convert|5|km|mi}}, {{cvt|5|to|6|m|ft|abbr=on}}', '5 km, 5 to 6 m'],
  ['templates that are marks', '1{{ndash}}2{{snd}}3{{·}}4{{=}}{{!}}', '1–2 – 3 · 4=|'],
  ['named arguments', '{{quote|author=X|text=Call me.}} {{abbr|2=x|1=NATO}} {{lang|en|text=b}}', 'Call me. NATO b'],
  ['arguments out of order', '{{sortname|2=Melville|1=Herman}}', 'Herman Melville'],
  ['parser functions', '{{#if:a|b|c}}{{formatnum:1000}}{{lc:X}}{{DEFAULTSORT:Whale}}', '1000X'],
  ['parameters', '{{{1|one}}} {{{2}}}.', 'one.'],
  ['five braces', 'a{{{{{1|x}}}}}b', 'ab'],
  ['templates that do not end', 'a {{cite|b', 'a {{cite|b'],
  ['a box that does not end', '{{Infobox\n| a = b\n| c = d\nThe whale.\n\nMore.', 'The whale.\n\nMore.'],
  ['ends without a beginning', 'a }} b ]] c', 'a }} b ]] c'],
  ['a link that does not end within a template', '{{a|[[b}}c [[d]]', 'c d'],
  [
    'parentheses that have become empty',
    'Ahab ({{IPA|x}}; {{y}}) and Moby ({{z}}; born 1819) run()',
    'Ahab and Moby (born 1819) run()',
  ],
  ['tables', 'a\n{| class="x"\n! b\n|-\n| c || d\n{|\n| e\n|}\n|}\nf', 'a\n\nf'],
  ['a table in a template', '{{box|\n{|\n| a\n|}}}b', 'b'],
  ['a table that does not end', 'a\n{|\n| b\nc', 'a\nc'],
  ['HTML tables', 'a<table><tr><td>b</td></tr></table>c', 'ac'],
  ['references', 'a<ref>b {{c</ref> d<ref name="x" /> e<REF name=y>f</REF >.', 'a d e.'],
  ['a reference that does not end', 'a<ref>b', 'ab'],
  ['comments', 'a<!-- b\n\nc -->d\n<!-- e -->\nf<!-- g', 'ad\nf'],
  ['nowiki', "<nowiki>''[[a]]'' &amp;</nowiki> <nowiki/>b", "''[[a]]'' & b"],
  [
    'pre and code',
    'a<pre>x = [[1]]</pre>b <syntaxhighlight lang="c">{{}}</syntaxhighlight><code>c</code>',
    'a\nx = [[1]]\nb\n{{}}\nc',
  ],
  ['formulas and galleries', 'a<math>\\frac{{1}}</math>b<gallery>\nA.jpg|c\n</gallery>d', 'abd'],
  ['tags', 'a<br/>b<small>c</small> <div class="d">e</div>x<sub>2</sub> 1 < 2 <foo> <b', 'a\nbc\ne\nx2 1 < 2 <foo> <b'],
  [
    'entities',
    '&lt;b&gt; &nbsp;&ndash;&#8212;&#x1F433; &unknown; &amp;lt; a&b &#xD800;',
    '<b> –—🐳 &unknown; &lt; a&b &#xD800;',
  ],
  ['headings', 'a\n==Seen==\nb\n=== {{x}}By whom ===<!-- c -->\nd', 'a\n\nSeen\n\nb\n\nBy whom\n\nd'],
  ['headings of nothing', 'a\n== References ==\n{{reflist}}\n== Notes ==\n=== More ===\n', 'a'],
  ['a heading above another', '== A ==\n=== B ===\nc\n== D ==\n', 'A\n\nB\n\nc'],
  ['what is no heading', 'a\n=\n==\n= b\na = b', 'a\n=\n==\n= b\na = b'],
  ['lists', '* a\n** b\n# c\n; d : e\n:f\n*', 'a\nb\nc\nd : e\nf'],
  ['a rule', 'a\n----\nb', 'a\n\nb'],
  ['switches', '__NOTOC__a __TOC__ __init__ b__', 'a __init__ b__'],
  ['blank lines and spaces', 'a  b \n\n\n\n c\r\nd', 'a b\n\nc\nd'],
  ['commas that stand alone', 'a {{b}}, c {{d}}.', 'a, c.'],
  ['variants', '-{zh-hans:鲸; zh-hant:鯨}- -{R|x}--{H|y}-', '鲸 x'],
  ['kept variants', 'a -{b}- c-{', 'a b c-{'],
])('%s', (_, wikitext, text) => {
  expect(plain(wikitext)).toBe(text)
})

test('options: cells of tables, captions, no headings', () => {
  const cells = stripper({ tables: 'cells' })
  const table =
    '{| class="x"\n|+ Whales\n! Name !! Length\n|-\n| a || style="b" | 20 m\n|-\n| [[c|d]]\n| 30 m\n|}\nafter'
  expect(cells(table).text).toBe('Whales\nName | Length\n\na | 20 m\n\nd | 30 m\n\nafter')
  const captions = stripper({ captions: true })
  expect(captions('a [[File:B.jpg|thumb|A [[whale]]]] c').text).toBe('a\nA whale\nc')
  expect(captions('<gallery>\nA.jpg|One [[x]]\nB.jpg\nFile:C.jpg|Three\n</gallery>d').text).toContain('One x')
  expect(stripper({ headings: false })('== A ==\nb').text).toBe('b')
})

test('disambiguations are known by their template or switch', () => {
  expect(strip('a {{disambiguation|surname}}').disambiguation).toBe(true)
  expect(strip('{{Hndis}}').disambiguation).toBe(true)
  expect(strip('{{Неоднозначность}}').disambiguation).toBe(true)
  expect(strip('__DISAMBIG__').disambiguation).toBe(true)
  expect(strip('{{other|{{disambig}}}}').disambiguation).toBe(false)
  expect(strip('a').disambiguation).toBe(false)
})

// Time is that of the length: 64 KB of each take milliseconds, and anything quadratic seconds.
const hostile = [
  '{{',
  '{',
  '}}',
  '[[',
  '[',
  ']]',
  '{|\n',
  '|}\n',
  '<',
  '<ref>',
  '<ref name="',
  '</ref>',
  '<!--',
  '<!-- -',
  '<table>',
  "''",
  "'''",
  "'",
  '=',
  '==a==\n',
  '== a ==\n=== b ===\n',
  '__',
  '__A',
  '-{',
  '}-',
  '&',
  '&amp',
  '|',
  '{{a|',
  '[[a|',
  '[http://a ',
  '(',
  ')',
  '({{a}})',
  '[[File:',
  '{{{',
  '{{{{{',
  '\n|',
  '\n*',
  '\n{|\n|',
  '<nowiki>',
  '<b><b',
  '<gallery>|',
  '{{a|b=',
  '[[a|{{b|',
  "'''a''b'\n",
  '\n ',
]

test.each(hostile)('%j again and again, alone and closed', mark => {
  const many = mark.repeat(Math.ceil(65536 / mark.length))
  for (const changed of [{}, { tables: 'cells' as const, captions: true }]) {
    const strip = stripper(changed)
    const length = Buffer.byteLength(strip(many).text)
    expect(length).toBeLessThanOrEqual(many.length)
    strip(many + '}}'.repeat(20_000) + ']]'.repeat(20_000))
    strip('a'.repeat(1000) + many.split('').reverse().join(''))
  }
})

test('a megabyte of opening braces is text, and so is one of brackets', () => {
  for (const mark of ['{{', '[[', '{|\n', '[[a|{{b|']) {
    const many = mark.repeat(1_000_000 / mark.length)
    expect(plain(`${many}\nend`)).toMatch(/end$/)
  }
})

test.each([
  ['{{nowrap|', '}}'],
  ['{{sortname|2=a|1=', '}}'],
  ['{{{a|', '}}}'],
  ['[[a|', ']]'],
  ['-{', '}-'],
  ['{|\n|', '\n|}'],
  ['<gallery>', '</gallery>'],
  ['<table>', '</table>'],
])('%s … %s, a hundred thousand levels deep around a long text', (open, close) => {
  const levels = Math.floor(500_000 / (open.length + close.length))
  for (const changed of [{}, { tables: 'cells' as const, captions: true }]) {
    const { text } = stripper(changed)(`${open.repeat(levels)}${'whale '.repeat(80_000)}${close.repeat(levels)}\nend`)
    expect(text).toMatch(/end$/)
  }
})

test('whatever is put together, the text is no longer, is UTF-8, and is the same again', () => {
  const piece = fc.oneof(
    fc.constantFrom(...hostile, ' ', '\n', 'a', 'é', '鯨', '{{lang|fr|x}}', '{{as of|1}}', '{{!}}', '<br>', '<p>'),
    fc.string(),
  )
  const strippers = [stripper(), stripper({ tables: 'cells', captions: true, headings: false })]
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const wikitext = pieces.join('').replace(/[\ud800-\udfff]/g, '')
      for (const strip of strippers) {
        const { text } = strip(wikitext)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Buffer.byteLength(wikitext))
        expect(text).not.toMatch(/\ufffd|\n{3}|^\s|\s$| \n/)
        expect(strip(wikitext).text).toBe(text)
      }
    }),
    { numRuns: 2000 },
  )
})
