import type { IncomingMessage } from 'node:http'

/**
 * Why a request is refused before anything else is looked at; undefined where it may pass. A page of another site can make a
 * browser send requests to 127.0.0.1, under a name of its own (DNS rebinding) or from afar (cross-site requests): the first shows
 * in `Host`, the second in `Origin` and `Sec-Fetch-Site`. Any port is right, for the browser may stand at the other end of a tunnel.
 */
export function refusal({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): string | undefined {
  const { host, origin } = headers
  if (host === undefined || !/^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/.test(host)) {
    return 'this page answers under 127.0.0.1 and localhost alone'
  }
  const reading = method === 'GET' || method === 'HEAD'
  if (origin === undefined ? !reading : origin !== `http://${host}`) {
    return 'the request comes from another page'
  }
  const site = headers['sec-fetch-site']
  // A link followed from elsewhere may open the page, and read nothing of it.
  const opening = headers['sec-fetch-mode'] === 'navigate' && method === 'GET'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opening) {
    return 'the request comes from another site'
  }
  return undefined
}
