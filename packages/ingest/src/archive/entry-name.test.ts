import { expect, test } from 'vitest'
import { entryName } from './entry-name.ts'

test('paths inside stay, paths that lead out are none', () => {
  expect(entryName('OEBPS/./text//one.xhtml')).toBe('OEBPS/text/one.xhtml')
  expect(entryName('OEBPS/text/../one.xhtml')).toBe('OEBPS/one.xhtml')
  expect(entryName('OEBPS\\one.xhtml')).toBe('OEBPS/one.xhtml')
  for (const out of ['../x', 'a/../../x', '/etc/passwd', '\\\\server\\x', 'C:/x', 'c:\\x', 'a\0b', '', '.', 'a/..']) {
    expect(entryName(out)).toBeUndefined()
  }
})
