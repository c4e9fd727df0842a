const spaces: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '→', '\r': '←' }

/**
 * A token's text as it can be seen: white space as signs, control characters as their pictures (U+2400 …), and what turns the
 * direction of text about or has no width as its number. What is left is shown as text by whoever puts it into an element.
 */
export function visible(text: string): string {
  return text.replace(/[ \n\t\r\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, character => {
    const shown = spaces[character]
    if (shown !== undefined) return shown
    const code = character.codePointAt(0)!
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
    return `⟨${code.toString(16)}⟩`
  })
}

/** Running text, such as a sample: as it is, but for characters that no text should hold. */
export function readable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, character => {
    if (character === '\n' || character === '\t') return character
    const code = character.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd'
  })
}

/** At most 200 characters, the last of them "…" where there are more; never cut between the halves of a surrogate pair. */
export function clipped(text: string, longest = 200): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
