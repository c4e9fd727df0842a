/** Text as a terminal may show it: a model, an early one above all, also writes control characters. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD')
}
