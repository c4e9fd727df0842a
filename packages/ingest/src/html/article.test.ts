import { expect, test } from 'vitest'
import { articlePage, prose } from '../testing/warc.ts'
import { articleOf, maxElements } from './article.ts'
import { slimPage } from './slim.ts'

test('the article, without what is around it', () => {
  const page = articlePage('Whale seen', [prose('whale'), prose('ship'), prose('sea')])
  expect(articleOf(page)).toEqual({
    text: [prose('whale'), prose('ship'), prose('sea')].join('\n\n'),
    title: 'Whale seen',
    lang: 'en',
  })
})

test('a page without a root', () => {
  const body = `<p>${prose('whale')}</p>\n<p>${prose('ship')}</p>`
  expect(articleOf(`Before. ${body}`)?.text).toMatch(/The whale was seen[\s\S]*The ship was seen/)
})

test('what the page says of itself', () => {
  const head =
    '<meta property="og:site_name" content="The Mariner"><meta property="og:title" content="Whale seen &amp; lost - The Mariner">' +
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Whale seen &amp; lost",' +
    '"author":{"name":"Pip"},"datePublished":"1851-10-18"}</script>'
  const page = articlePage('x', [prose('whale'), prose('ship')]).replace('<script>', `${head}<script>`)
  expect(articleOf(page)).toMatchObject({ byline: 'Pip', published: '1851-10-18', site: 'The Mariner' })
})

test('a page without an article, or too large to look for one: its text without navigation', () => {
  const list = `<nav>Home</nav><p>${'<b>x</b> '.repeat(maxElements)}</p><footer>Imprint</footer>`
  const large = articleOf(`<html lang="de"><title>Large</title><body>${list}</body></html>`)
  expect(large).toMatchObject({ title: 'Large', lang: 'de' })
  expect(new Set(large!.text.split(' '))).toEqual(new Set(['x']))
  expect(articleOf('')).toBeUndefined()
  expect(articleOf('<html></html>')).toBeUndefined()
})

test('slim: scripts, styles and fields go, links and names stay', () => {
  const page =
    '<!DOCTYPE html><div class="a" onclick="x()" style="color: red"><script>var a</script><a href="/x?a=1&amp;b=2" data-x="1">R&amp;D &lt;</a>' +
    '<svg><text>no</text></svg><img src="data:image/png;base64,AAAA"><p style="display:none">hidden</p><input value="x"></div>'
  expect(slimPage(page)).toEqual({
    html: '<!DOCTYPE html><div class="a"><a href="/x?a=1&amp;b=2">R&amp;D &lt;</a><img src="x"><p style="display:none">hidden</p></div>',
    elements: 4,
  })
})
