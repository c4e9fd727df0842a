const entry = /(?:^|;)\s*(zh(?:-[a-z]+)?|sr-e[cl]|uz-[a-z]+|kk-[a-z]+|[a-z]{2,3}-[a-z]+)\s*:\s*([^;]*)/g
const preferred = ['zh-hans', 'zh-cn', 'zh', 'zh-sg', 'zh-my']

/** What a reader sees of `-{zh-hans:…; zh-hant:…}-`, in simplified characters where there is a choice. */
export function variantText(content: string): string {
  const bar = content.indexOf('|')
  const flags = bar < 0 ? '' : content.slice(0, bar).trim()
  const text = bar < 0 ? content : content.slice(bar + 1)
  // Hidden, a title, or a rule taken back.
  if (/^[A-Z;]*[HT-]/.test(flags)) return ''
  const choices = new Map<string, string>()
  for (const [, language, words] of text.matchAll(entry)) choices.set(language!, words!.trim())
  if (choices.size === 0) return text.trim()
  const chosen = preferred.find(language => choices.has(language))
  return chosen === undefined ? [...choices.values()][0]! : choices.get(chosen)!
}
