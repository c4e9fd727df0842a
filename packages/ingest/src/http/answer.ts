import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { StorageError } from '@sluice/pipeline'
import { connectionFault, PassingFault } from './faults.ts'
import type { RemoteFile } from './remote.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/**
 * What a server answers to a GET, after its redirects, with the body not yet read. Node's own client and not `fetch`: that one
 * unpacks what a server calls packed, and bytes of the file can then not be counted, nor asked for.
 *
 * @throws PassingFault for what another try may mend, StorageError for the rest
 */
export async function answerTo(remote: RemoteFile, headers: Record<string, string>): Promise<IncomingMessage> {
  const { name, settings } = remote
  let { address } = remote
  for (let followed = 0; ; followed++) {
    const own = address.origin === remote.address.origin ? credentials(remote.address) : {}
    const response = await once(remote, address, { ...headers, ...own })
    if (!redirects.has(response.statusCode!) || response.headers.location === undefined) return response
    response.destroy()
    const told = (message: string, advice: string) => new StorageError(message, { file: name, advice })
    if (followed === settings.redirects) {
      throw told(
        `the server redirects more than ${followed} times`,
        'name the address that it leads to, or raise http.redirects',
      )
    }
    const target = URL.canParse(response.headers.location, address.href) && new URL(response.headers.location, address)
    if (!target || !/^https?:$/.test(target.protocol)) {
      throw told(`the server redirects to "${response.headers.location}"`, 'name an address of http: or https:')
    }
    address = target
  }
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function once(remote: RemoteFile, address: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  const { name, settings, signal } = remote
  const request = address.protocol === 'https:' ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const { protocol, hostname, port, pathname, search } = address
    const asked = request({
      protocol,
      // Addresses of IPv6 are in brackets in a URL, and without them here.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname + search,
      headers: { 'user-agent': 'sluice', accept: '*/*', 'accept-encoding': 'identity', ...headers },
      ...(signal ? { signal } : {}),
    })
    const timer = setTimeout(() => {
      asked.destroy(new PassingFault(`the server did not answer for ${settings.timeout} s`))
    }, settings.timeout * 1000)
    asked.on('response', response => {
      clearTimeout(timer)
      // Told to whoever reads on; nobody may be reading when it happens.
      response.on('error', () => {})
      resolve(response)
    })
    asked.on('error', cause => {
      clearTimeout(timer)
      reject(cause instanceof PassingFault || signal?.aborted ? cause : connectionFault(name, cause))
    })
    asked.end()
  })
}
