import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { serveView } from '@sluice/view'
import { openBrowser } from '../terminal/browser.ts'
import { type Console, interruptCodes } from '../terminal/console.ts'
import type { Command } from './command.ts'

interface ViewOptions {
  readonly runs: readonly string[]
  readonly port: number | undefined
  readonly open: boolean
  readonly beside: boolean
}

export const viewCommand: Command<ViewOptions> = {
  command: 'view <runs..>',
  describe: 'Show what training trained, as a web page on this machine',
  positionals: {
    runs: { type: 'string', array: true, demandOption: true, describe: 'Folders of runs, or a folder that holds runs' },
  },
  options: {
    port: { type: 'number', describe: 'Port on 127.0.0.1 (any that is free)' },
    open: { type: 'boolean', default: true, describe: 'Open the browser, from a terminal; --no-open' },
    beside: {
      type: 'boolean',
      default: false,
      hidden: true,
      describe: 'Of `run --view`: begins before the run, ends with its input',
    },
  },
  examples: [
    ['$0 view runs/quickstart', 'a run, done or under way'],
    ['$0 view runs/a runs/b', 'their curves laid over each other'],
    ['$0 view runs', 'all of them'],
  ],
  async run({ runs, port, open, beside }, console) {
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
      throw new ConfigError(`--port must be a whole number from 0 to 65535, not ${port}`)
    }
    const server = await serveView({
      runs: runs.map(run => resolve(console.cwd, run)),
      port,
      wait: beside,
      opened: url => console.stdout.write(`opened; for another browser: ${url}\n`),
    })
    console.stdout.write(`${server.url}\n`)
    const interrupted = untilInterrupted(console, beside)
    if (open && console.stdout.isTTY) openBrowser(server.url, console)
    if (console.stdout.isTTY) console.stdout.write('Each link opens the page once. Ctrl-C ends it.\n')
    await interrupted
    await server.close()
    return interruptCodes.SIGINT
  },
}

function untilInterrupted(console: Console, beside: boolean): Promise<void> {
  return new Promise(done => {
    const release = console.onInterrupt(end)
    function end() {
      release()
      done()
    }
    if (beside) process.stdin.on('end', end).on('error', end).resume()
  })
}
