import type { IncomingMessage, ServerResponse } from 'node:http'
import { StateError } from '@sluice/pipeline'
import type { RunList } from '../protocol.ts'
import { type Asking, isHeavy } from './ask/asking.ts'
import type { Access } from './http/access.ts'
import { answerError, answerJson, answerText, refuse } from './http/answer.ts'
import type { Asset } from './http/assets.ts'
import { jsonBody } from './http/body.ts'
import { refusal } from './http/guard.ts'
import { securityHeaders } from './http/headers.ts'
import type { Streams } from './stream.ts'
import { isUnderWay, type WatchedRun } from './watch/watch-run.ts'

export interface Site {
  readonly access: Access
  readonly assets: ReadonlyMap<string, Asset>
  /** The first is the one asked for. */
  readonly runs: readonly WatchedRun[]
  readonly asking: Asking
  readonly streams: Streams
  /** Somebody came in by the link, which is used up by that. */
  opened(): void
}

/** Media type under which typed arrays come as base64: see `typedJson`. */
const typed = 'application/vnd.sluice.typed+json'

const locked =
  'This link was used already, or is not whole.\nEach link opens the page once. The terminal in which `pipeline view` runs shows a new one.'

/** Answers one request. Whoever it is from, it is settled first whether they may ask. */
export async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const refused = refusal(request)
  if (refused !== undefined) return answerText(response, 403, refused)
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const token = url.searchParams.get('token')
  if (token !== null && request.method === 'GET' && url.pathname === '/') return enter(site, request, response, token)
  if (!site.access.allows(request.headers.cookie)) return answerText(response, 401, locked)
  if (url.pathname.startsWith('/api/')) {
    try {
      await api(site, url, request, response)
    } catch (error) {
      answerError(response, error)
    }
    return
  }
  file(site.assets, url.pathname, request, response)
}

/** Exchanges the token for a cookie, and leads on to a page whose address no longer has it. */
function enter({ access, opened }: Site, { headers }: IncomingMessage, response: ServerResponse, token: string): void {
  const cookie = access.exchange(token)
  if (cookie === undefined && !access.allows(headers.cookie)) {
    answerText(response, 401, locked)
    return
  }
  response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store', ...(cookie ? { 'Set-Cookie': cookie } : {}) })
  response.end()
  if (cookie !== undefined) opened()
}

function file(assets: Site['assets'], path: string, { method }: IncomingMessage, response: ServerResponse): void {
  const asset = assets.get(path === '/' ? '/index.html' : path)
  if (!asset) answerText(response, 404, 'there is nothing here')
  else if (method !== 'GET' && method !== 'HEAD') answerText(response, 405, 'this can only be read')
  else {
    response.writeHead(200, {
      'Content-Type': asset.type,
      'Content-Length': asset.bytes.length,
      'Cache-Control': asset.forever ? 'private, max-age=31536000, immutable' : 'no-cache',
    })
    response.end(method === 'HEAD' ? undefined : asset.bytes)
  }
}

async function api(site: Site, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = url
  const question = /^\/api\/inspect\/([\w-]+)$/.exec(pathname)?.[1]
  if (question !== undefined) {
    if (request.method !== 'POST') return refuse(response, 405, { message: 'questions are asked by POST' })
    return inspection(site, question, searchParams, request, response)
  }
  if (request.method !== 'GET') return refuse(response, 405, { message: 'this can only be read' })
  if (pathname === '/api/runs') {
    for (const run of site.runs) run.look()
    const list: RunList = { runs: site.runs.map(({ id, view }) => ({ id, name: view.name, state: view.state })) }
    return answerJson(response, 200, JSON.stringify(list))
  }
  if (pathname === '/api/events') {
    const ids = searchParams.getAll('run')
    const runs = ids.length === 0 ? site.runs.slice(0, 1) : ids.map(id => runOf(site, id))
    if (site.streams.open(response, [...new Set(runs)])) return
    return refuse(response, 503, { message: 'too many pages are open', advice: 'close some' })
  }
  refuse(response, 404, { message: 'there is nothing here' })
}

/** A run is named by an id of ours, never by a path. */
function runOf({ runs }: Site, id: string | null): WatchedRun {
  const run = id === null ? runs[0] : runs.find(each => each.id === id)
  if (!run) throw new StateError(`no run "${id}" is shown here`)
  return run
}

async function inspection(
  site: Site,
  name: string,
  search: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const params = await jsonBody(request)
  const run = runOf(site, search.get('run'))
  run.look()
  const { state, problem } = run.view
  if (problem) return refuse(response, 400, problem)
  // A model beside one that trains takes memory and cores from it.
  if (isHeavy(name) && isUnderWay(state) && search.get('while') !== 'training') {
    const advice = 'wait until it has ended, or ask all the same'
    return refuse(response, 409, { message: 'the run is under way', advice, reason: 'training' })
  }
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new StateError('nobody waits for the answer'))
  })
  const asked = { path: run.path, name, params, typed: request.headers.accept?.includes(typed) === true }
  answerJson(response, 200, await site.asking.ask(asked, gone.signal))
}
