import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { StorageError } from '@sluice/pipeline'
import type { OpenRunOptions } from '@sluice/recipe'
import { asking } from './ask/asking.ts'
import { grantAccess } from './http/access.ts'
import { answerError } from './http/answer.ts'
import { readAssets } from './http/assets.ts'
import { answer, type Site } from './routes.ts'
import { findRuns } from './runs.ts'
import { streams } from './stream.ts'
import { isUnderWay, watchRun } from './watch/watch-run.ts'

export interface ServeOptions {
  /** Folders of runs, or folders that hold runs. The first run is shown first. */
  readonly runs: readonly string[]
  /** How runs are opened for questions, on threads of their own. Default: as `openRun` does. */
  readonly open?: Pick<OpenRunOptions, 'backend' | 'tokenizers' | 'keep'> | undefined
  /** Default: any that is free. */
  readonly port?: number | undefined
  /** Whether the first folder may not be there yet, for a run that is about to make it. Default: false. */
  readonly wait?: boolean | undefined
  /** Called each time a link was used, with the next one. */
  readonly opened?: ((url: string) => void) | undefined
}

export interface ViewServer {
  /** Opens the page once. */
  readonly url: string
  /** Where it listens, without a token. */
  readonly address: string
  readonly runs: readonly string[]
  close(): Promise<void>
}

/**
 * Serves the page of some runs on 127.0.0.1, to whoever has the link.
 *
 * @throws StateError where a path is no run; StorageError where the port cannot be had
 */
export async function serveView({
  runs,
  open = {},
  port = 0,
  wait = false,
  opened,
}: ServeOptions): Promise<ViewServer> {
  const assets = readAssets()
  const [first, ...others] = runs
  const paths = wait && first !== undefined ? [first, ...findRuns(others)] : findRuns(runs)
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const message = code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port} cannot be had (${code})`
    throw new StorageError(message, { advice: 'choose another with --port, or leave it out', cause })
  }
  const { port: got } = server.address() as AddressInfo
  const address = `http://127.0.0.1:${got}/`
  const access = grantAccess(got)
  const link = () => `${address}?token=${access.token()}`
  const site: Site = {
    access,
    assets,
    runs: named(paths).map(({ id, path }, i) => watchRun({ id, path, wait: wait && i === 0 })),
    asking: asking(open),
    streams: streams(),
    opened() {
      opened?.(link())
      const [run] = site.runs
      run?.look()
      site.asking.prepare({ heavy: run !== undefined && !isUnderWay(run.view.state) })
    },
  }
  server.on('request', (request, response) => {
    answer(site, request, response).catch(error => answerError(response, error))
  })
  return {
    get url() {
      return link()
    },
    address,
    runs: paths,
    async close() {
      site.streams.close()
      await site.asking.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Ids are folder names, told apart where they are the same. */
function named(paths: readonly string[]): { id: string; path: string }[] {
  const names = paths.map(path => basename(path))
  return paths.map((path, i) => {
    const before = names.slice(0, i).filter(name => name === names[i]).length
    return { id: before === 0 ? names[i]! : `${names[i]}-${before + 1}`, path }
  })
}
