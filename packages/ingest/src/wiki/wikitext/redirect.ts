import { HASH } from './bytes.ts'

// The magic word in the larger Wikipedias; dumps since 2010 say it in XML too.
const words =
  /^\s*#\s*(?:redirect(?:ion)?|weiterleitung|redirección|rinvia|doorverwijzing|перенаправление|перенаправлення|пренасочване|виж|преусмери|patrz|przekieruj|tam|omdirigering|ohjaus|uudelleenohjaus|redirecionamento|přesměruj|presmeruj|yönlendir[mM]e|yönlendir|đổi|重定向|転送|リダイレクト|넘겨주기|تحويل|הפניה|تغییر_مسیر|átirányítás)\s*:?\s*\[\[/iu

export function isRedirect(wikitext: Uint8Array, length: number): boolean {
  let at = 0
  while (at < length && wikitext[at]! <= 0x20) at++
  if (wikitext[at] !== HASH) return false
  return words.test(Buffer.from(wikitext.buffer, wikitext.byteOffset + at, Math.min(80, length - at)).toString())
}
