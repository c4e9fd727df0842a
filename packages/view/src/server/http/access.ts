import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may look: whoever opened a link of ours once. The token in the link is for one use, since links are kept in histories; it
 * is exchanged for a cookie that scripts cannot read and other sites cannot send.
 */
export interface Access {
  /** A token that was not used yet. */
  token(): string
  /** @returns the cookie to set, as Set-Cookie has it; undefined for a token that is none, or was used */
  exchange(token: string): string | undefined
  /** @param cookies what the header `Cookie` says */
  allows(cookies: string | undefined): boolean
}

/** @param port of the server: browsers keep one set of cookies for all ports of a host */
export function grantAccess(port: number): Access {
  const name = `sluice_${port}`
  const secret = randomBytes(32).toString('base64url')
  let token = randomBytes(24).toString('base64url')
  return {
    token: () => token,
    exchange(given) {
      if (!same(given, token)) return undefined
      token = randomBytes(24).toString('base64url')
      return `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict`
    },
    allows: cookies =>
      (cookies ?? '').split(';').some(part => {
        const [key, value] = part.trim().split('=', 2)
        return key === name && value !== undefined && same(value, secret)
      }),
  }
}

/** Takes as long whatever is alike; digests, for only texts of one length can be compared so. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
