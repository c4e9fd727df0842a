import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TooDeep } from './elements.ts'
import { htmlToText, htmlToTextSlowly } from './text.ts'

test.each([
  ['plain  words\n here', 'plain words here'],
  ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['One<br>two<br/>three<br><br>four', 'One\ntwo\nthree\n\nfour'],
  ['<div>a<div>b</div>c</div>', 'a\nb\nc'],
  ['a<b> b</b> <i>c</i>d', 'a b cd'],
  ['<ul><li>one</li><li>two</li></ul>after', 'one\ntwo\n\nafter'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>', 'a\tb\nc'],
  ['<pre>  x\n    y\n</pre>z', 'x\n    y\n\n\nz'],
  ['R&amp;D &lt;tag&gt; caf&eacute; &#8212; &#x1F40B;&nbsp;!', 'R&D <tag> café — 🐋 !'],
  ['<script>var a = "<p>no</p>"</script>yes<style>p{}</style><!-- no --><noscript>no</noscript>', 'yes'],
  ['<head><title>no</title></head><body>yes</body>', 'yes'],
  ['<title/><p/>XHTML<script src="x"/> closed', 'XHTML closed'],
  ['<p>never <b>closed', 'never closed'],
  ['a</p>b</div>c', 'a\n\nb c'.replace('b c', 'bc')],
  ['', ''],
  ['   <p> </p> ', ''],
])('%j', async (html, text) => {
  expect(htmlToText(html)).toBe(text)
  expect(await htmlToTextSlowly(html)).toBe(text)
})

test('words of any markup, in order, and nothing for none', () => {
  const tags = fc.constantFrom(
    '<p>',
    '</p>',
    '<b>',
    '</b>',
    '<br>',
    '<div>',
    '</div>',
    '<li>',
    ' ',
    '<td>',
    '</td>',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(tags, fc.constantFrom('whale', 'é', '一')), { maxLength: 60 }), parts => {
      const words = parts
        .filter(part => !part.startsWith('<'))
        .join('')
        .replace(/\s+/g, '')
      const text = htmlToText(parts.join(''))
      expect(text.replace(/\s+/g, '')).toBe(words)
      expect(text).toBe(text.trim())
      expect(text).not.toMatch(/\n{3}| {2}/)
    }),
  )
})

test('depth is bounded', () => {
  expect(htmlToText('<b>'.repeat(512))).toBe('')
  expect(() => htmlToText('<b>'.repeat(513))).toThrow(TooDeep)
})
