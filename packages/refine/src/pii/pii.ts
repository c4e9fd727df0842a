import type { Documents, Stage } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { type RefinerOptions, refiner } from '../stage/refiner.ts'
import type { Verdict } from '../stage/verdict.ts'

export interface PiiOptions extends RefinerOptions {
  /** What stands for an e-mail address from now on; false leaves them. Default `<email>`. */
  readonly email?: string | false
  /** For an IP address, version 4 or 6. Default `<ip>`. */
  readonly ip?: string | false
  /** For a telephone number. Default `<phone>`. */
  readonly phone?: string | false
  /** Mask addresses of private networks, too, which name nobody (RFC 1918, 4193, loopback, link-local). Default false. */
  readonly privateAddresses?: boolean
}

const emails =
  /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.)+\p{L}{2,24}/gu
const v4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\d]|\.\d)/g
const v6 =
  /(?<![\w:])(?:[\da-f]{1,4}:){7}[\da-f]{1,4}(?![\w:])|(?<![\w:])(?=[\da-f:]*\d)(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,5})?::(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,5})?(?![\w:])/gi
/** With a country code, or ten digits in the groups in which people write them (3-3-4). */
const phones =
  /(?<![\w.+/-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}|(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})(?![\w/-]|\.\d)/g
const own =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.|::1?$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i

/** Masks what leads to a person: e-mail addresses, IP addresses, telephone numbers. Parts of a long document one by one. */
export function pii(options: PiiOptions = {}): Stage<Documents, Documents> {
  const mask = masker(options)
  const judge = (document: Document): Verdict => (possible(document) ? mask(document.text) : undefined)
  return refiner({ name: 'pii', options, parallel: 'stateless', judge, follow: judge })
}

/** @returns the text masked and how often, or undefined where there was nothing to mask */
export function masker(
  options: PiiOptions = {},
): (text: string) => { text: string; changed: Record<string, number> } | undefined {
  const { email = '<email>', ip = '<ip>', phone = '<phone>', privateAddresses = false } = options
  return text => {
    const changed: Record<string, number> = {}
    const replace = (
      from: string,
      pattern: RegExp,
      name: string,
      by: string | false,
      is: (found: string) => boolean,
    ) => {
      if (by === false) return from
      return from.replace(pattern, found => {
        if (!is(found)) return found
        changed[name] = (changed[name] ?? 0) + 1
        return by
      })
    }
    const shown = (address: string) => privateAddresses || !own.test(address)
    const digits = (number: string) => number.replace(/\D/g, '').length
    let masked = text
    if (text.includes('@')) masked = replace(masked, emails, 'e-mail addresses', email, () => true)
    masked = replace(masked, v4, 'IP addresses', ip, shown)
    if (masked.includes(':'))
      masked = replace(masked, v6, 'IP addresses', ip, found => found.length > 4 && shown(found))
    masked = replace(masked, phones, 'telephone numbers', phone, found => digits(found) >= 8 && digits(found) <= 15)
    return masked === text ? undefined : { text: masked, changed }
  }
}

/** Whether there is an @ or six digits: what all of them have, IPv6 addresses in their shortest forms aside. */
function possible({ bytes, start, end }: Document): boolean {
  let digits = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte === 0x40) return true
    if ((byte >= 0x30 && byte <= 0x39 && ++digits >= 4) || (byte === 0x3a && bytes[i + 1] === 0x3a)) return true
  }
  return false
}
