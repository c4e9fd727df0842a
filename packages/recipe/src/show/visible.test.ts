import { expect, test } from 'vitest'
import { clipped, readable, visible } from './visible.ts'

test('every character of a token can be seen', () => {
  expect(visible(' the\n\t\r')).toBe('·the↵→←')
  expect(visible('\u0000\u001b[31m\u007f')).toBe('␀␛[31m␡')
  expect(visible('\u202eabc\u200b\ufeff')).toBe('⟨202e⟩abc⟨200b⟩⟨feff⟩')
  expect(visible('\ud800 \u2028')).toBe('\ufffd·⟨2028⟩')
  expect(visible('<script>é שלום 漢字')).toBe('<script>é·שלום·漢字')
})

test('running text keeps its lines and its direction', () => {
  expect(readable('a\n\tb\u0007 שלום')).toBe('a\n\tb␇ שלום')
  expect(readable('x\u202ey\ud800z\u0085')).toBe('x\ufffdy\ufffdz\ufffd')
})

test('what is long is clipped, between characters', () => {
  expect(clipped('abc', 3)).toBe('abc')
  expect(clipped('abcd', 3)).toBe('ab…')
  expect(clipped('a\u{1f40b}\u{1f40b}', 3)).toBe('a…')
  expect(clipped('x'.repeat(1 << 20))).toHaveLength(200)
})
