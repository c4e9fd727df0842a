/** Text that is markup already. */
export interface Markup {
  readonly markup: string
}

type Value = Markup | string | number | undefined | false | readonly Value[]

/**
 * A template for HTML and SVG: whatever is put in is escaped, unless it is markup that this function made. `undefined` and
 * `false` are nothing.
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  let markup = strings[0]!
  for (const [i, value] of values.entries()) markup += put(value) + strings[i + 1]!
  return { markup }
}

function put(value: Value): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(put).join('')
  return escapeText(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Safe between tags and in quoted attributes. Control characters, which HTML does not allow and a model may well write, become
 * their visible pictures (U+2400 …); lone surrogates become U+FFFD.
 */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character]!).replace(/[\p{Cc}\p{Cs}]/gu, visible)
}

function visible(character: string): string {
  const code = character.charCodeAt(0)
  if (character === '\n' || character === '\t') return character
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
